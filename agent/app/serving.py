"""`holddesk serve`: the service and the console over one home."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from agent.app.home import open_home
from agent.app.output import counted, say, say_line
from agent.app.service.acts import catch_up
from agent.app.service.application import LOOPBACK, application
from agent.app.service.office import Office
from tools.errors import BadInput, HolddeskError

AGAIN_S = 60
"""Seconds after which a new load, or an edited rules file, gets its cases."""
EVERYTHING_EVERY = 15
"""Rounds after which every case is brought to where the desk says it should be."""
log = logging.getLogger("holddesk.service")


def serve(where: Path, demo: bool, host: str, port: int, origin: str) -> None:
    """Serve a home until it is stopped.

    Args:
        where: the home.
        demo: make (or keep) a demo home there first.
        host: the address to listen at.
        port: the port.
        origin: where people reach it; needed beyond this machine.

    Raises:
        BadInput: no data, or an address that would expose passwords or personas.
    """
    if demo:
        from agent.app.demo import make_demo

        make_demo(where)
    reached = _origin(where, host, port, origin)
    office = Office(where)
    office.basis()
    report = catch_up(office)
    waiting = counted(sum(office.board.counts().values()), "case")
    say(f"{waiting} on the board; {counted(len(report.waiting), 'new packet')}")
    for order_id, why in report.failed.items():
        say(f"{order_id} failed: {why}")
    say_line(f"holddesk at {reached} (stop with Ctrl+C)")
    sys.stdout.flush()
    stop = threading.Event()
    threading.Thread(target=_keep_up, args=(office, stop), daemon=True).start()
    try:
        _run(office, reached, host, port)
    finally:
        stop.set()


def _origin(where: Path, host: str, port: int, origin: str) -> str:
    if host in LOOPBACK:
        return origin.rstrip("/") or f"http://{'127.0.0.1' if host == '::1' else host}:{port}"
    if open_home(where).demo:
        raise BadInput(
            "a demo home lets anybody act as anybody: serve it at 127.0.0.1 only, or load your "
            "own data into another --home"
        )
    if not origin:
        raise BadInput(
            f"--host {host} is reached from other machines: name where, as "
            "--origin https://desk.example.com, so that cookies stay on https"
        )
    return origin.rstrip("/")


def _run(office: Office, origin: str, host: str, port: int) -> None:
    import uvicorn

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    config = uvicorn.Config(
        application(office, origin), host=host, port=port, log_level="warning", access_log=False,
        server_header=False, timeout_keep_alive=15, limit_concurrency=500,
        h11_max_incomplete_event_size=16 * 1024,
    )  # fmt: skip
    server = uvicorn.Server(config)
    try:
        server.run()
    except SystemExit as stopped:  # so uvicorn says that it could not listen
        raise BadInput(f"{host}:{port} cannot be listened at; choose another --port") from stopped


def _keep_up(office: Office, stop: threading.Event) -> None:
    """Open the cases of a new load soon, and look at everything again now and then."""
    done, rounds = office.basis().key[:2], 0
    while not stop.wait(AGAIN_S):
        rounds += 1
        try:
            now = office.basis().key[:2]
            if now != done or rounds % EVERYTHING_EVERY == 0:
                catch_up(office)
                done = now
        except HolddeskError as error:
            log.warning("cases could not be opened: %s", error)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            log.warning("cases could not be opened: %s: %s", type(error).__name__, error)
