"""The commands of the service: `serve`, and who may sign in (`account`, `token`)."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.app.options import DEFAULT_HOME, AsJson, HomeOption

account_app = typer.Typer(help="Who may sign in to the service.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens of the API.", no_args_is_help=True)


def serve(
    home: HomeOption = DEFAULT_HOME,
    demo: Annotated[bool, typer.Option("--demo", help="Make the demo company first.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen at.")] = 8700,
    origin: Annotated[
        str, typer.Option(help="Where people reach it: https://desk.example.com.")
    ] = "",
) -> None:
    """Serve the console and the API of a home; stop with Ctrl+C."""
    from agent.app.serving import serve as serve_home

    serve_home(home, demo, host, port, origin)


@account_app.command("add")
def account_add(
    user: Annotated[str, typer.Argument(help="A user of the staff table.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Add an account, or give one a new password."""
    from agent.app.accounts import add_account

    add_account(home, user, password_stdin, json)


@account_app.command("list")
def account_list(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """List the accounts."""
    from agent.app.accounts import list_accounts

    list_accounts(home, json)


@account_app.command("disable")
def account_disable(
    user: Annotated[str, typer.Argument()], home: HomeOption = DEFAULT_HOME, json: AsJson = False
) -> None:
    """Nobody signs in with this account any more."""
    from agent.app.accounts import disable_account

    disable_account(home, user, json)


@token_app.command("add")
def token_add(
    user: Annotated[str, typer.Argument(help="A user of the staff table.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read (the default), work, decide, audit, metrics …")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 30,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Make a token of the API; it is shown once."""
    from agent.app.accounts import add_api_token

    add_api_token(home, user, tuple(scope or ()), days, json)


@token_app.command("list")
def token_list(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """List the tokens of the API."""
    from agent.app.accounts import list_tokens

    list_tokens(home, json)


@token_app.command("revoke")
def token_revoke(
    token: Annotated[str, typer.Argument(help="A token's id.")],
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """A token is worth nothing any more."""
    from agent.app.accounts import revoke_api_token

    revoke_api_token(home, token, json)
