"""Approvals that wait while the software is upgraded: another graph, and an older desk store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from agent.app.checkpoints import open_checkpoints
from agent.app.working import audit_verify, decide, sweep
from agent.desk import cases, packets
from agent.desk.models import OPEN_STATUSES, canonical
from agent.desk.store import REVISION, revision_of
from agent.graph import GRAPH_VERSION, NODES
from policies.guard import facts_json
from tests.agent.desk.people import NOW, order_facts
from tests.agent.stores import each_database  # noqa: F401 - every test runs on both
from tests.agent.test_graph import approve_as, person, place_at

Rename = Callable[[tuple[str, ...]], tuple[str, ...]]
OLDER: dict[str, Rename] = {
    "renamed": lambda names: tuple("wait" if name == "approve" else name for name in names),
    "added": lambda names: tuple(name for name in names if name != "verify"),
    "removed": lambda names: (*names[:-1], "notify", names[-1]),
}
"""How the nodes of the graph before this one differed from today's."""
OLD = "of-the-release-before"


def older_graph(home: Path, names: tuple[str, ...]) -> None:
    """Let one packet wait in a graph of other nodes, as the release before would have left it."""
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import interrupt

    from agent.nodes import Nodes, State, approval_request

    place = place_at(home)
    nodes = Nodes(place.stages, place.desk, OLD)

    def waits(state: State) -> State:
        interrupt(approval_request(state))
        return {}

    graph = StateGraph(State)
    acts = {name: getattr(nodes, name) for name in NODES if hasattr(nodes, name)}
    acts |= {"wait": waits, "notify": lambda state: {}}
    for name in names:
        graph.add_node(name, acts[name])
    for before, after in zip((START, *names), (*names, END), strict=True):
        graph.add_edge(before, after)
    checkpoints = open_checkpoints(place.desk_at.checkpoints)
    place.threads.graph = graph.compile(checkpointer=checkpoints.saver)
    (case_id,) = cases.open_cases(place.desk, [cases.Opening("SO-1")], NOW)
    state = {"case_id": case_id, "order_id": "SO-1", "packet_id": "SO-1.v1", "version": 1,
             "as_of": NOW.isoformat(), "graph_version": OLD}  # fmt: skip
    config: Any = {"configurable": {"thread_id": "SO-1.v1"}}
    place.threads.graph.invoke(state, config, durability="exit")
    assert place.threads.graph.get_state(config).next != ()
    packets.mark_waiting(place.desk, "SO-1.v1")
    checkpoints.close()
    place.threads.close()
    place.desk.close()


@pytest.mark.parametrize("change", OLDER)
def test_an_approval_that_waits_in_an_older_graph_waits_again_in_this_one(
    tmp_path: Path, change: str
) -> None:
    older_graph(tmp_path, OLDER[change](NODES))
    place = place_at(tmp_path)
    report = sweep(place, NOW)
    assert (report.failed, report.waiting) == ({}, ["SO-1.v2"])
    assert place.threads.pending("SO-1.v2") is not None
    with place.desk.read() as session:
        assert packets.packet(session, "SO-1.v1").status == "superseded"
        assert packets.packet(session, "SO-1.v2").graph_version == GRAPH_VERSION
    assert decide(place, approve_as(person(), "SO-1.v2"), NOW).final
    assert audit_verify(place).ok


@pytest.mark.parametrize("change", OLDER)
def test_nothing_of_an_older_graph_is_resumed_in_this_one(tmp_path: Path, change: str) -> None:
    older_graph(tmp_path, OLDER[change](NODES))
    place = place_at(tmp_path)
    assert place.threads.pending("SO-1.v1") is None
    assert place.threads.resume("SO-1.v1", "D-SO-1.v1.1") is False


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_an_approval_that_waits_in_an_older_desk_store_survives_its_upgrade(
    tmp_path: Path, revision: str
) -> None:
    older_store(tmp_path, revision)
    place = place_at(tmp_path)
    assert revision_of(place.desk_at.where) == REVISION
    with place.desk.read() as session:
        kept = packets.packet(session, "SO-1.v1")
        assert (kept.status, kept.fingerprint) == ("pending", "f1")
        assert kept.status in OPEN_STATUSES
        assert len(cases.unfinished(session)) == 1
    report = sweep(place, NOW)
    assert report.failed == {}
    (waits,) = report.waiting
    assert decide(place, approve_as(person(), waits), NOW).final
    assert audit_verify(place).ok


def older_store(home: Path, revision: str) -> None:
    """A desk at an older revision in which one packet waits for its decision."""
    place = place_at(home)
    url = place.desk_at.where
    place.desk.close()
    _emptied(home, url)
    engine = create_engine(url if isinstance(url, str) else f"sqlite:///{url}")
    with engine.begin() as connection:
        config = Config()
        folder = Path(cases.__file__).parent / "migrations"
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(text(A_CASE), {"at": AT})
        connection.execute(text(A_PACKET), WAITING)
    engine.dispose()


def _emptied(home: Path, url: object) -> None:
    for file in home.glob("*.sqlite*"):
        file.unlink()
    if isinstance(url, str):
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            schema = connection.execute(text("SELECT current_schema()")).scalar_one()
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()


AT = "2026-03-02 10:00:00+00:00"
A_CASE = (
    "INSERT INTO cases (case_id, case_key, order_id, opened_at, status) "
    "VALUES ('C-1', 'SO-1||', 'SO-1', :at, 'waiting')"
)
A_PACKET = (
    "INSERT INTO packets (packet_id, case_id, order_id, version, fingerprint, policy_version, "
    "snapshot, as_of, expires_at, body, facts, status, signed, thread_id, graph_version, waiting, "
    "resumed) VALUES ('SO-1.v1', 'C-1', 'SO-1', 1, 'f1', 'v1', 's1', :at, :until, :body, :facts, "
    "'pending', 0, 'SO-1.v1', :graph, true, false)"
)
WAITING = {
    "at": AT,
    "until": "2026-03-03 10:00:00+00:00",
    "body": '{"fingerprint":"f1","order_id":"SO-1","policy_version":"v1","snapshot":"s1"}',
    "facts": canonical(facts_json(order_facts())).decode(),
    "graph": GRAPH_VERSION,
}
