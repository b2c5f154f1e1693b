"""The commands of hand-off: the worker, instructions, tasks, the switch, rollback, outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.app.options import DEFAULT_HOME, As, AsJson, HomeOption

handoff_app = typer.Typer(
    help="What was approved, on its way: instructions, tasks, the switch of a company.",
    no_args_is_help=True,
)

Reason = Annotated[str, typer.Option(help="Why, in your words.")]
Confirm = Annotated[str, typer.Option(help="The code that is shown for what cannot be undone.")]
Named = Annotated[str, typer.Argument(help="An instruction, decision, packet or order id.")]
Company = Annotated[str, typer.Argument(help="The company, as in the orders.")]


def worker(
    once: Annotated[bool, typer.Option("--once", help="One round, then stop.")] = False,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Hand over what was approved, settle what is in doubt; runs until it is stopped."""
    from agent.app.working_off import run_worker

    run_worker(home, once, json)


def rollback(
    named: Named,
    reason: Reason = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Take back an approval: withdraws what has not left, asks for a reversal of what has."""
    from agent.app.taking_back import roll_back

    roll_back(home, named, reason, user, json)


def message(
    order: Annotated[str, typer.Argument(help="An order or packet id.")],
    send: Annotated[bool, typer.Option("--send", help="Approve it, to be sent.")] = False,
    confirm: Confirm = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Show the locked customer message of an order; --send approves it."""
    from agent.app.taking_back import customer_message

    customer_message(home, order, send, confirm, user, json)


def outcome(
    order: Annotated[str, typer.Argument(help="The order.")],
    what: Annotated[
        str, typer.Argument(help="shipped, shipped-in-part, not-shipped or cancelled.")
    ],
    note: Annotated[str, typer.Option(help="A note.")] = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Record what became of a decided order in the end; a later load records it by itself."""
    from agent.app.taking_back import record_outcome

    record_outcome(home, order, what, note, user, json)


def add_handoff_commands(app: typer.Typer) -> None:
    """Add the commands of hand-off to the command line."""
    for command in (worker, rollback, message, outcome):
        app.command()(command)
    app.add_typer(handoff_app, name="handoff")


@handoff_app.command("list")
def list_instructions(
    order: Annotated[str | None, typer.Option(help="Of this order only.")] = None,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Every instruction: where it stands, whether it is late."""
    from agent.app.handing_off import show_list

    show_list(home, order, json)


@handoff_app.command("show")
def show_instruction(named: Named, home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """One instruction: what it says, every attempt, every reply."""
    from agent.app.handing_off import show_one

    show_one(home, named, json)


@handoff_app.command("tasks")
def tasks(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """What people have to carry out by hand."""
    from agent.app.handing_off import show_tasks

    show_tasks(home, json)


@handoff_app.command("done")
def done(
    named: Named,
    reply: Annotated[str, typer.Option(help="What came of it, such as the ERP's number.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="It could not be done.")] = False,
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Confirm a task: it was carried out, or could not be."""
    from agent.app.handing_off import confirm_task

    confirm_task(home, named, "refused" if refused else "done", reply, user, json)


@handoff_app.command("settle")
def settle(
    named: Named,
    what: Annotated[str, typer.Argument(help="arrived or absent.")],
    reason: Reason = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Say of an instruction in doubt whether it arrived, where no system can be asked."""
    from agent.app.handing_off import settle_doubt

    settle_doubt(home, named, what, reason, user, json)


@handoff_app.command("retry")
def retry(
    named: Named,
    reason: Reason = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Let an instruction that failed leave once more, after its cause was mended."""
    from agent.app.handing_off import retry_failed

    retry_failed(home, named, reason, user, json)


@handoff_app.command("receive")
def receive(
    file: Annotated[Path, typer.Argument(help="JSON with headers and body of the reply.")],
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Accept a signed reply of the ERP from a file."""
    from agent.app.handing_off import receive_file

    receive_file(home, file, json)


@handoff_app.command("stop")
def stop(
    company: Company,
    reason: Reason = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Stop everything that leaves for a company, at once."""
    from agent.app.handing_off import set_switch

    set_switch(home, company, True, reason, user, json)


@handoff_app.command("start")
def start(
    company: Company,
    reason: Reason = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Let instructions of a company leave again."""
    from agent.app.handing_off import set_switch

    set_switch(home, company, False, reason, user, json)


@handoff_app.command("waiting")
def waiting(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Reversals that wait for an approval."""
    from agent.app.taking_back import show_waiting

    show_waiting(home, json)


@handoff_app.command("approve")
def approve(
    request: Annotated[str, typer.Argument(help="The id of the request.")],
    confirm: Confirm = "",
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Approve a reversal that somebody else prepared."""
    from agent.app.taking_back import decide_request

    decide_request(home, request, True, confirm, user, json)


@handoff_app.command("reject")
def reject(
    request: Annotated[str, typer.Argument(help="The id of the request.")],
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Reject a reversal, or take back one's own request."""
    from agent.app.taking_back import decide_request

    decide_request(home, request, False, "", user, json)


@handoff_app.command("check")
def check(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Check handoff.yaml: its keys, its secrets, and by which channel each company sends."""
    from agent.app.handing_off import check_settings

    check_settings(home, json)
