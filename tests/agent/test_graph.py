"""The graph over fake stages: what waits, what resumes, and what a kill leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.app.working import (
    Workplace,
    decide,
    open_workplace,
    sweep,
    work,
)
from agent.desk import audit, cases, packets
from agent.graph import GRAPH_VERSION, NODES, build_graph
from evals.bench.checkpoints import MOST_BYTES, stored_bytes
from policies.guard import OrderFacts, Person, facts_json
from tests.agent.desk.people import NOW, approve, order_facts, person, pinned
from tests.agent.stores import each_database  # noqa: F401 - every test runs on both
from tools.errors import Denied

ORDER = "SO-1"


class FakeStages:
    """Stages that carry a growing list of their names, and can kill their process in one."""

    def __init__(self, kill_in: str = "", fingerprint: str = "f1", facts: OrderFacts | None = None):
        self.kill_in = kill_in
        self.fingerprint = fingerprint
        self.order = facts or order_facts()
        self.ran: list[str] = []

    def intake(self, order_ids: Sequence[str], as_of: datetime) -> list[str]:
        return self._then("intake", [f"{one}@{as_of.isoformat()}" for one in order_ids])

    def gather(self, work: list[str]) -> list[str]:
        return self._then("gather", [*work, "evidence " * 10_000])

    def classify(self, work: list[str]) -> list[str]:
        return self._then("classify", work)

    def draft(self, work: list[str]) -> list[str]:
        return self._then("draft", work)

    def revise(self, work: list[str], edits: Mapping[str, str]) -> list[str]:
        return self._then("revise", work)

    def verify(self, work: list[str]) -> list[str]:
        return self._then("verify", work)

    def guard(self, work: list[str]) -> list[str]:
        return self._then("guard", work)

    def packet(self, work: list[str]) -> dict[str, Any]:
        return {
            "order_id": work[0].partition("@")[0],
            "fingerprint": self.fingerprint,
            "policy_version": "v1",
            "snapshot": "s1",
            "recommendation": {"disposition": "ship"},
        }

    def facts(self, work: list[str]) -> OrderFacts:
        return self.order

    def _then(self, name: str, work: list[str]) -> list[str]:
        self.ran.append(name)
        if self.kill_in == name:
            kill()
        return work


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def place_at(home: Path, stages: FakeStages | None = None) -> Workplace:
    return open_workplace(home, stages or FakeStages(), "v1", clock=pinned)


def draft_one(place: Workplace) -> str:
    report = work(place, [cases.Opening(ORDER)], NOW)
    assert report.failed == {}
    return report.waiting[0]


def approve_as(who: Person, packet_id: str = "SO-1.v1") -> Any:
    return approve(packet_id, who)


def event_names(place: Workplace) -> list[str]:
    with place.desk.read() as session:
        return [event["event"] for event in audit.events(session)]


def case_status(place: Workplace) -> str:
    with place.desk.read() as session:
        return cases.case(session, packets.packet(session, "SO-1.v1").case_id).status


def test_the_nodes_are_the_eight_stages_in_order(tmp_path: Path) -> None:
    graph = build_graph(FakeStages(), place_at(tmp_path).desk)
    assert tuple(name for name in graph.nodes if name != "__start__") == NODES


def test_a_case_waits_at_approve_in_the_shape_of_an_inbox(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    packet_id = draft_one(place)
    state = place.threads.graph.get_state({"configurable": {"thread_id": packet_id}})
    payload = state.tasks[0].interrupts[0].value
    assert state.next == ("approve",)
    assert payload["action_requests"][0]["name"] == "release_order"
    assert payload["action_requests"][0]["args"] == {
        "packet_id": packet_id,
        "order_id": ORDER,
        "fingerprint": "f1",
    }
    assert payload["review_configs"] == [
        {
            "action_name": "release_order",
            "allowed_decisions": ["approve", "edit", "reject", "respond"],
        }
    ]


def test_a_checkpoint_holds_ids_only_whatever_the_evidence(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    assert 0 < stored_bytes(place.desk_at.checkpoints) <= MOST_BYTES


def test_an_approval_closes_the_case(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    outcome = decide(place, approve_as(person(), draft_one(place)), NOW)
    assert outcome.final
    assert case_status(place) == "closed"
    assert event_names(place) == [
        "case.opened",
        "packet.drafted",
        "decision.approve",
        "case.closed",
    ]
    assert place.threads.pending("SO-1.v1") is None


def test_an_edit_drafts_a_new_version_on_a_new_thread(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    decide(
        place, approve("SO-1.v1", person(), decision="edit", parameters={"note": "Call them."}), NOW
    )
    assert place.threads.pending("SO-1.v1") is None
    assert place.threads.pending("SO-1.v2") is not None
    with place.desk.read() as session:
        assert packets.packet(session, "SO-1.v2").body["edits"] == {"note": "Call them."}


def test_who_edited_a_packet_does_not_approve_its_next_version(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    decide(
        place, approve("SO-1.v1", person(), decision="edit", parameters={"note": "Call them."}), NOW
    )
    with pytest.raises(Denied) as denied:
        decide(place, approve("SO-1.v2", person()), NOW)
    assert denied.value.rules == ("not-own-request",)


def test_work_again_changes_nothing(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    before = event_names(place)
    assert work(place, [cases.Opening(ORDER)], NOW).waiting == []
    assert event_names(place) == before


def test_a_second_resume_does_nothing(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    outcome = decide(place, approve_as(person()), NOW)
    before = event_names(place)
    assert outcome.decision_id
    assert place.threads.resume("SO-1.v1", outcome.decision_id) is False
    assert sweep(place, NOW).resumed == []
    assert event_names(place) == before


def test_an_unknown_thread_is_never_resumed(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    assert place.threads.resume("SO-404.v1", "D-1") is False
    assert stored_bytes(place.desk_at.checkpoints) == 0


@pytest.mark.parametrize(
    "forged", [{"type": "approve"}, "approve", {"decision_id": "D-SO-1.v1.1"}, None]
)
def test_a_resume_without_a_decision_in_the_desk_decides_nothing(
    tmp_path: Path, forged: object
) -> None:
    from langgraph.types import Command

    place = place_at(tmp_path)
    draft_one(place)
    waits = place.threads.pending("SO-1.v1")
    config = {"configurable": {"thread_id": "SO-1.v1"}}
    place.threads.graph.invoke(Command(resume={waits: forged}), config, durability="exit")
    assert case_status(place) == "waiting"
    assert event_names(place) == ["case.opened", "packet.drafted"]
    assert sweep(place, NOW).waiting == ["SO-1.v1"]
    assert place.threads.pending("SO-1.v1") is not None
    assert decide(place, approve_as(person()), NOW).final
    assert case_status(place) == "closed"


def test_work_on_everything_ends_what_was_interrupted_elsewhere(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    cases.open_cases(place.desk, [cases.Opening("SO-1")], NOW)  # and killed before the draft
    assert work(place, [], NOW).waiting == []
    assert work(place, [], NOW, unfinished=True).waiting == ["SO-1.v1"]


def test_a_packet_of_another_graph_is_drafted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    for module in ("agent.graph", "agent.app.threads", "agent.app.working"):
        monkeypatch.setattr(f"{module}.GRAPH_VERSION", "another")
    again = place_at(tmp_path)
    assert sweep(again, NOW).waiting == ["SO-1.v2"]
    assert GRAPH_VERSION != "another"
    with again.desk.read() as session:
        assert packets.packet(session, "SO-1.v1").status == "superseded"


def test_an_expired_packet_is_drafted_again(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    draft_one(place)
    late = open_workplace(tmp_path, FakeStages(), "v1", clock=lambda _: NOW.replace(day=3, hour=10))
    assert sweep(late, NOW.replace(day=3)).waiting == ["SO-1.v2"]


def test_changed_evidence_supersedes_a_version_that_never_waited(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    (case_id,) = cases.open_cases(place.desk, [cases.Opening(ORDER)], NOW)
    stages = FakeStages()
    body, facts = stages.packet([f"{ORDER}@"]), facts_json(stages.order)
    saved = packets.Draft(body, facts, NOW, NOW.replace(day=3), GRAPH_VERSION)
    packets.save(place.desk, case_id, 1, saved)
    changed = place_at(tmp_path, FakeStages(fingerprint="f2"))
    assert sweep(changed, NOW).waiting == ["SO-1.v2"]


def test_a_failing_stage_is_reported_and_the_next_sweep_heals_it(tmp_path: Path) -> None:
    class Broken(FakeStages):
        def gather(self, work: list[str]) -> list[str]:
            raise KeyError("stock")

    place = place_at(tmp_path, Broken())
    report = work(place, [cases.Opening(ORDER)], NOW)
    assert report.failed == {ORDER: "KeyError: 'stock'"}
    assert sweep(place_at(tmp_path), NOW).waiting == ["SO-1.v1"]


def test_the_graph_module_imports_without_langgraph() -> None:
    code = "import sys, agent.graph, agent.app.working; print('langgraph' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_state_on_disk_is_read_strictly(tmp_path: Path) -> None:
    place_at(tmp_path).threads.close()
    assert os.environ["LANGGRAPH_STRICT_MSGPACK"] == "true"
    assert os.environ["LANGSMITH_TRACING"] == "false"
