"""Proof of view: nobody approves a version that they were not shown."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from agent.desk import views
from agent.desk.decision_models import View
from agent.desk.models import Decision
from agent.desk.store import Desk
from tests.agent.desk.asking import ask, audited, counted
from tests.agent.desk.people import a_packet, approve, order_facts, person
from tools.errors import Refused, Unavailable

ANN, BOB = person(who="ann"), person(who="bob")


def unseen(packet_id: str = "SO-1.v1", who=ANN, **changes):
    return approve(packet_id, who, shown_now=False, **changes)


def test_an_approval_by_somebody_who_was_not_shown_it_is_refused_and_audited(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Refused, match=r"holddesk show SO-1\.v1 --as u\.ann"):
        ask(desk, unseen())
    assert counted(desk, Decision) == 0
    assert audited(desk)[-1] == "decision.refused"


def test_whoever_was_shown_it_approves(desk: Desk) -> None:
    a_packet(desk)
    assert views.show(desk, "SO-1.v1", ANN)
    assert ask(desk, unseen()).final


def test_what_one_person_saw_proves_nothing_for_another(desk: Desk) -> None:
    a_packet(desk)
    views.show(desk, "SO-1.v1", BOB)
    with pytest.raises(Refused, match="was not shown"):
        ask(desk, unseen())


def test_an_older_version_proves_nothing_for_a_newer_one_with_the_same_evidence(desk: Desk) -> None:
    a_packet(desk)
    views.show(desk, "SO-1.v1", ANN)
    ask(desk, approve(who=BOB, decision="send_back", reason="again", action=""))
    a_packet(desk)
    with pytest.raises(Refused, match=r"not shown SO-1\.v2"):
        ask(desk, unseen("SO-1.v2"))


def test_the_second_signer_has_to_see_it_as_well(desk: Desk) -> None:
    a_packet(desk, order_facts(order_value=25_000_000))
    rich = {"approval_limit": 90_000_000}
    ask(desk, approve(who=person(who="ann", **rich)))
    with pytest.raises(Refused, match="was not shown"):
        ask(desk, unseen(who=person("executive", "boss", **rich)))


def test_a_rejection_needs_no_view(desk: Desk) -> None:
    a_packet(desk)
    assert ask(desk, unseen(decision="reject", reason="no", action="")).final


def test_a_view_is_recorded_once_with_its_audit_row(desk: Desk) -> None:
    a_packet(desk)
    assert [views.show(desk, "SO-1.v1", ANN) for _ in range(3)] == [True, False, False]
    assert audited(desk).count("packet.viewed") == 1
    with desk.read() as session:
        assert [one.user_id for one in views.viewers(session, "SO-1.v1")] == ["u.ann"]


def test_a_recorded_view_cannot_be_moved_to_another_person(desk: Desk) -> None:
    a_packet(desk)
    views.show(desk, "SO-1.v1", ANN)
    with pytest.raises(Unavailable, match="append-only"), desk.write() as session:
        session.execute(update(View).values(person_id="p.bob"))
