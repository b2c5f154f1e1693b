"""The command line: thin commands over the desk; the only place that prints or exits.

Exit codes: 0 done, 1 refused, 2 wrong usage or input, 3 a dependency is unavailable.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from agent.app.cli_audit import audit_app
from agent.app.cli_decide import add_decide_commands
from agent.app.cli_handoff import add_handoff_commands
from agent.app.cli_service import account_app, serve, token_app
from agent.app.options import DEFAULT_HOME, As, AsJson, AsOf, HomeOption, RulesFile
from agent.desk.circumstances import within
from tools.errors import BadInput, HolddeskError

app = typer.Typer(
    name="holddesk",
    help="Explains why an order is blocked, cites every figure, leaves the decision to a person.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
policy_app = typer.Typer(help="Rules, settings and rights.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
app.add_typer(account_app, name="account")
app.add_typer(token_app, name="token")
app.add_typer(policy_app, name="policy")
add_handoff_commands(app)
app.command()(serve)

LONGEST_LINE = 1000


@app.command()
def demo(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Make a demo company, work its queue, print one packet and what to type next."""
    from agent.app.demo import run_demo

    run_demo(home, json)


@app.command()
def init(
    home: HomeOption = DEFAULT_HOME,
    desk: Annotated[
        str | None,
        typer.Option(help="PostgreSQL for the desk: postgresql://user:password@host/database."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Make the desk of a home: a file in it, or the PostgreSQL database that is named."""
    from agent.app.desk_place import init_desk
    from agent.app.output import emit_json, say

    at = init_desk(home, desk)
    if json:
        emit_json({"home": str(home), "desk": at})
        return
    say(f"the desk is {at}")


@app.command()
def template(folder: Annotated[Path, typer.Argument()], json: AsJson = False) -> None:
    """Write the smallest folder of tables that loads, to fill."""
    from agent.app import loading
    from agent.app.output import emit_json, say

    files = [str(path) for path in loading.write_template(folder)]
    if json:
        emit_json({"files": files})
        return
    say(f"{len(files)} files in {folder}; fill them, then: holddesk load {folder} --home mine")


@app.command()
def load(
    source: Annotated[Path, typer.Argument(help="A folder of CSV or Parquet files.")],
    home: HomeOption = DEFAULT_HOME,
    profile: Annotated[str | None, typer.Option(help="A mapping profile, such as wwi.")] = None,
    json: AsJson = False,
) -> None:
    """Load a folder into a new snapshot; rows that do not hold are set aside and counted."""
    from agent.app import loading
    from agent.app.home import may_have_desk, open_home
    from agent.app.output import emit_json, say
    from agent.app.show_load import load_view

    pinned = open_home(home).pinned
    report = loading.load(source, home, profile).as_json()
    ended: list[str] = []
    if may_have_desk(home):
        from agent.app.taking_back import recorded_by_load

        ended = recorded_by_load(home)
    if json:
        emit_json(report | ({"outcomes": ended} if ended else {}))
        return
    say(load_view(report))
    if ended:
        say(f"outcome recorded of {', '.join(ended)}")
    if pinned:
        at = pinned.isoformat()
        say(f"warning: {home} is a demo home and judges as of {at}; use --home for your own data")


@app.command()
def doctor(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Say what the current data can and cannot answer."""
    from agent.app import loading
    from agent.app.home import open_home
    from agent.app.output import emit_json, say
    from agent.app.show_load import doctor_view

    rules = open_home(home).rules()
    report = loading.doctor(home, required_lists=rules.compliance.required_lists).as_json()
    if json:
        emit_json(report)
        return
    say(doctor_view(report))


@app.command()
def queue(
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOf = None,
    rules: RulesFile = None,
    json: AsJson = False,
) -> None:
    """The held orders, by the time left and then by risk."""
    from agent.app.reviewing import show_queue

    show_queue(home, as_of, rules, json)


@app.command()
def sla(home: HomeOption = DEFAULT_HOME, as_of: AsOf = None, json: AsJson = False) -> None:
    """The clocks of the open cases: time used and paused, due, escalated; who has how many."""
    from agent.app.sla import show_sla

    show_sla(home, as_of, json)


@app.command()
def review(
    orders: Annotated[list[str] | None, typer.Argument(help="Order ids.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All held orders (all open ones without holds).")
    ] = False,
    open_orders: Annotated[
        bool, typer.Option("--open", help="All confirmed orders, held or not.")
    ] = False,
    any_status: Annotated[
        bool, typer.Option("--any-status", help="Orders of every status.")
    ] = False,
    ordered_from: Annotated[str | None, typer.Option(help="Entered on or after (date).")] = None,
    ordered_to: Annotated[str | None, typer.Option(help="Entered before (date).")] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Counts instead of packets.")] = False,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A setting: credit.scope=group.")
    ] = None,
    what_if: Annotated[
        list[str] | None, typer.Option("--what-if", help='A change: "line 10 qty 60".')
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOf = None,
    rules: RulesFile = None,
    json: AsJson = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One packet a line.")] = False,
    user: As = None,
) -> None:
    """Explain orders: findings, figures, options, who decides. Stores and decides nothing."""
    from agent.app.reviewing import Selection, show_review

    selection = Selection(
        tuple(orders or ()), every, open_orders, any_status, ordered_from, ordered_to
    )
    form = "jsonl" if jsonl else "json" if json else "text"
    show_review(
        home, selection, as_of, rules, tuple(setting or ()), tuple(what_if or ()), summary, form,
        user,
    )  # fmt: skip


@app.command()
def work(
    orders: Annotated[
        list[str] | None, typer.Argument(help="Order ids; all held ones without.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOf = None,
    json: AsJson = False,
) -> None:
    """Open cases for held orders: packets that wait for a person's decision."""
    from agent.app.opening import work_queue

    work_queue(home, tuple(orders or ()), as_of, json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument()],
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOf = None,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Answer a question about orders, with every figure cited."""
    from agent.app.reviewing import show_answer

    show_answer(home, question, as_of, json, user)


add_decide_commands(app)


@policy_app.command("check")
def policy_check(
    home: HomeOption = DEFAULT_HOME, rules: RulesFile = None, json: AsJson = False
) -> None:
    """Every setting with its value, meaning and default; the policy version."""
    from agent.app.policy import show_settings

    show_settings(home, rules, json)


@policy_app.command("access")
def policy_access(
    home: HomeOption = DEFAULT_HOME, as_of: AsOf = None, json: AsJson = False
) -> None:
    """Who could do two duties that conflict, what keeps them apart, and who did both."""
    from agent.app.access import show_access

    show_access(home, as_of, json)


@policy_app.command("explain")
def policy_explain(
    action: Annotated[str, typer.Argument(help="A locked action, such as release_order.")],
    order: Annotated[str, typer.Option("--order", help="The order it is about.")],
    waives: Annotated[
        str, typer.Option("--class", help="Of waive_finding: the class of the finding.")
    ] = "",
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOf = None,
    user: Annotated[
        str | None, typer.Option("--as", help="What if this account asked (nothing is done).")
    ] = None,
    json: AsJson = False,
) -> None:
    """Which rule decides on an action, who could approve, and what would change the answer."""
    from agent.app.explaining import explain_action

    explain_action(home, action, order, as_of, user, json, waives)


def _say_on_stderr(text: str) -> None:
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    print(f"holddesk: {line[:LONGEST_LINE]}", file=sys.stderr)  # noqa: T201 - the one line there


def _fail(error: HolddeskError) -> int:
    _say_on_stderr(str(error))
    return error.exit_code


def _wrong_usage(text: str) -> int:
    wrong = text.rstrip(".") or "name a command"
    return _fail(BadInput(f"{wrong}; see holddesk --help"))


def _unexpected(error: Exception) -> int:
    if os.environ.get("HOLDDESK_DEBUG"):
        raise error
    first = (str(error).splitlines() or [""])[0]
    _say_on_stderr(f"unexpected {type(error).__name__}: {first}; set HOLDDESK_DEBUG=1 to see where")
    return 3


def _readable(arguments: list[str]) -> list[str]:
    for text in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            shown = text.encode("utf-8", "replace").decode()
            raise BadInput(f"{shown} is not UTF-8 text; check the encoding of the terminal")
    return arguments


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        given = _readable(sys.argv[1:] if arguments is None else arguments)
        with within(request_id=uuid4().hex):
            result: Any = app(args=given, prog_name="holddesk", standalone_mode=False)
    except HolddeskError as error:
        return _fail(error)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _fail(BadInput("stopped; nothing was lost"))
    except (BrokenPipeError, SystemExit):  # so end click and rich when nobody reads stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        usage = getattr(error, "format_message", None)
        if usage is not None:
            return _wrong_usage(usage())
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The console script; characters that the terminal lacks are replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run())


if __name__ == "__main__":
    main()
