"""Erasing a person: two ask, the name is gone from the desk, the chain holds, the act remains."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from agent.desk import audit, erasure, views
from agent.desk.audit_models import Audit, Pseudonym
from agent.desk.models import Base, Decision
from agent.desk.pseudonyms import pseudonym_of
from agent.desk.store import Desk
from tests.agent.desk.people import a_packet, person
from tests.agent.desk.test_audit import force, say
from tools.errors import Denied, HolddeskError, NotFound

ADMIN, OFFICER = person("admin"), person("compliance")
SELLER = person("sales_operations", roles=frozenset({"sales_operations", "finance"}))


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A desk in which the seller looked at a packet."""
    a_packet(desk)
    views.show(desk, "SO-1.v1", SELLER)
    return desk


def cells(desk: Desk) -> set[str]:
    """Every text in every table of the desk."""
    with desk.read() as session:
        return {
            str(cell)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for cell in row
        }


def test_in_the_chain_a_person_is_a_pseudonym_and_is_read_back_by_name(told: Desk) -> None:
    with told.read() as session:
        raw = session.scalars(select(Audit).order_by(Audit.seq.desc())).first()
        assert raw is not None
        assert raw.actor.startswith("p-")
        assert "u.sales_operations" not in raw.body + raw.context
        assert audit.events(session)[-1]["actor"] == "u.sales_operations"


def test_a_pseudonym_cannot_be_guessed_from_the_name(told: Desk) -> None:
    with told.read() as session:
        known = session.scalars(select(Pseudonym)).all()
    for one in known:
        assert len(bytes.fromhex(one.salt)) == 32
        assert pseudonym_of(one.subject, one.salt) == one.pseudonym
        assert pseudonym_of(one.subject, "00" * 32) != one.pseudonym
    assert len({one.salt for one in known}) == len(known)


def test_two_people_erase_a_person_and_the_chain_holds(told: Desk) -> None:
    assert not erasure.erase(told, "u.sales_operations", ADMIN).done
    done = erasure.erase(told, "p.sales_operations", OFFICER)
    assert done.done
    assert len(done.pseudonyms) == 2
    assert not [c for c in cells(told) if c in ("u.sales_operations", "p.sales_operations")]
    assert audit.verify(told).ok
    with told.read() as session:
        (seen,) = [e for e in audit.events(session) if e["event"] == "packet.viewed"]
    assert seen["actor"] in done.pseudonyms
    assert (seen["roles"], seen["authority"]) == ("finance,sales_operations", "10000000")


def test_one_person_with_two_accounts_is_one_person(told: Desk) -> None:
    twin = person("compliance", who="other", person_id=ADMIN.person_id)
    erasure.erase(told, "u.sales_operations", ADMIN)
    assert not erasure.erase(told, "u.sales_operations", twin).done


@pytest.mark.parametrize("who", [SELLER, person("auditor"), person("executive")])
def test_other_roles_are_refused_and_recorded(told: Desk, who: Any) -> None:
    with pytest.raises(Denied, match="admin and compliance"):
        erasure.erase(told, "u.sales_operations", who)
    with told.read() as session:
        newest = audit.events(session)[-1]
    assert (newest["event"], newest["verdict"]) == ("person.erasure_denied", "deny")


def test_nobody_erases_themselves(told: Desk) -> None:
    views.show(told, "SO-1.v1", ADMIN)
    with pytest.raises(Denied, match="themselves"):
        erasure.erase(told, "u.admin", ADMIN)


def test_a_request_lapses(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "VALID", timedelta(0))
    erasure.erase(told, "u.sales_operations", ADMIN)
    assert not erasure.erase(told, "u.sales_operations", OFFICER).done


def test_somebody_unknown_cannot_be_erased(told: Desk) -> None:
    with pytest.raises(NotFound, match=r"u\.nobody"):
        erasure.erase(told, "u.nobody", ADMIN)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET user_id = 'p-0'",
        "UPDATE views SET user_id = 'p-0'",
        "UPDATE views SET viewed_at = NULL",
        "DELETE FROM views",
    ],
)
def test_without_an_erasure_append_only_rows_keep_their_people(told: Desk, statement: str) -> None:
    with told.write() as session:
        session.execute(
            Decision.__table__.insert().values(  # type: ignore[attr-defined]
                decision_id="D", packet_id="SO-1.v1", slot=1, user_id="u.a", person_id="p.a",
                site_id="", roles=[], decision="approve", action="", parameters={},
                parameters_hash="", reason_code="", reason="", fingerprint="", policy_version="",
                rules=[], final=True, decided_at=told.now(session),
            )
        )  # fmt: skip
    with pytest.raises(HolddeskError, match="append-only"), told.write() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM pseudonyms WHERE subject = 'u.sales_operations'", "without an erasure"),
        ("UPDATE pseudonyms SET subject = 'u.other' WHERE subject LIKE 'u.sal%'", "not theirs"),
        ("UPDATE pseudonyms SET salt = '00' WHERE subject = 'u.sales_operations'", "not theirs"),
        (
            "INSERT INTO erased SELECT pseudonym, 1 FROM pseudonyms WHERE subject LIKE 'u.sal%'",
            "not recorded",
        ),
    ],
)
def test_a_mapping_that_was_tampered_with_is_found(told: Desk, statement: str, why: str) -> None:
    force(told, statement)
    report = audit.verify(told)
    assert (report.ok, why in report.why) == (False, True)


def test_names_in_sentences_are_pseudonyms_too(told: Desk) -> None:
    with told.write() as session:
        body = {"why": "u.sales_operations, p.sales_operations. (u.sales_operations)", "n": [1]}
        audit.append(told, session, audit.Event("x", body=body))
    with told.read() as session:
        raw = session.scalars(select(Audit.body).order_by(Audit.seq.desc())).first()
        assert "sales" not in str(raw)
        assert body["why"] in audit.events(session)[-1]["body"]


def test_an_empty_audit_knows_nobody(desk: Desk) -> None:
    say(desk, "a")
    with pytest.raises(NotFound):
        erasure.erase(desk, "desk", ADMIN)
