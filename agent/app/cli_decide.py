"""The commands of whoever decides: show, inbox, decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.app.options import DEFAULT_HOME, As, AsJson, HomeOption
from agent.desk.reasons import REASON_CODES


def add_decide_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    for command in (show, inbox, decide):
        app.command()(command)


def show(
    packet: Annotated[
        str, typer.Argument(help="A packet id, or an order id with one waiting packet.")
    ],
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Read a packet as it waits; nobody approves a version that they were not shown."""
    from agent.app.showing import show_packet

    show_packet(home, packet, user, json)


def inbox(home: HomeOption = DEFAULT_HOME, user: As = None, json: AsJson = False) -> None:
    """What waits for you, and since when you were told."""
    from agent.app.showing import show_inbox

    show_inbox(home, user, json)


def decide(
    packet: Annotated[
        str, typer.Argument(help="A packet id, or an order id with one waiting packet.")
    ],
    decision: Annotated[
        str,
        typer.Argument(
            help="approve, reject, edit, send-back, claim, unclaim, request-info, answer, "
            "reassign, snooze or request-approval."
        ),
    ],
    action: Annotated[
        str,
        typer.Option(help="The locked action; release_order, or what the first signer signed."),
    ] = "",
    reason_code: Annotated[
        str, typer.Option(help=f"Required for overrides: {', '.join(REASON_CODES)}.")
    ] = "",
    reason: Annotated[
        str, typer.Option(help="Why; required for a rejection and for overrides.")
    ] = "",
    lines: Annotated[str, typer.Option(help="Only these lines now: 10,20.")] = "",
    amount: Annotated[
        str, typer.Option(help='Only this much now, or the new credit limit: "40000 EUR".')
    ] = "",
    condition: Annotated[
        list[str] | None,
        typer.Option(help='What the rest waits for: "payment 12400 EUR", "document NAME".'),
    ] = None,
    cls: Annotated[str, typer.Option("--class", help="waive_finding: the class.")] = "",
    code: Annotated[str, typer.Option(help="waive_finding: the finding's code.")] = "",
    line: Annotated[int | None, typer.Option(help="waive_finding: its line.")] = None,
    up_to: Annotated[str, typer.Option(help="waive_finding: the worst value accepted.")] = "",
    note: Annotated[str, typer.Option(help="edit: the new internal note.")] = "",
    note_file: Annotated[Path | None, typer.Option(help="edit: a file with it.")] = None,
    message: Annotated[str, typer.Option(help="edit: the new customer message.")] = "",
    message_file: Annotated[Path | None, typer.Option(help="edit: a file with it.")] = None,
    to: Annotated[str, typer.Option(help="Whom to reassign to, or to ask.")] = "",
    until: Annotated[
        str, typer.Option(help="How long to snooze (a time with offset), or a limit holds (date).")
    ] = "",
    key: Annotated[
        str, typer.Option(help="Repeated with the same key, a request gets its first answer.")
    ] = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Decide on a waiting packet, as a person with the right to."""
    from agent.app.deciding import decide_packet
    from agent.app.given import Typed, text_of

    given = {
        "lines": lines, "amount": amount, "conditions": condition or [], "to": to, "until": until,
        "class": cls, "code": code, "line_no": line, "worst": up_to,
        "note": text_of(note, note_file, "note"),
        "message": text_of(message, message_file, "message"),
    }  # fmt: skip
    parameters = {name: value for name, value in given.items() if value}
    typed = Typed(packet, decision, action, reason_code, reason, key, parameters)
    decide_packet(home, typed, user, json)
