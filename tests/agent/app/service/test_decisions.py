"""Decisions through the API: on the packet as it was shown, once, and only by who may."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.agent.app.desks import Served, problem

PACKET = "/api/v1/packets/SO-1042.v1"
REJECT = {"decision": "reject", "reason": "the stock has to come first"}


def etag(client: TestClient) -> str:
    answer = client.get(PACKET)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def send(client: TestClient, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"{PACKET}/decisions", json=body, headers=headers)


def test_a_rejection_is_kept_and_closes_the_packet(own: Served) -> None:
    client = own.program("u.neumann")
    answer = send(client, REJECT, **{"if-match": etag(client)})
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "rejected"
    (kept,) = client.get(f"{PACKET}/decisions").json()
    assert (kept["user_id"], kept["decision"]) == ("u.neumann", "reject")
    assert client.get(PACKET).json()["status"] == "rejected"
    assert client.get("/api/v1/cases/SO-1042").json()["status"] == "rejected"


def test_a_decision_names_the_packet_as_it_was_shown(own: Served) -> None:
    client = own.program("u.neumann")
    problem(send(client, REJECT), 428, "If-Match")
    problem(send(client, REJECT, **{"if-match": '"another"'}), 412, "nothing was decided")
    assert client.get(f"{PACKET}/decisions").json() == []


def test_the_second_of_two_is_told_that_the_packet_changed(own: Served) -> None:
    client = own.program("u.neumann")
    shown = etag(client)
    assert send(client, REJECT, **{"if-match": shown}).status_code == 201
    problem(send(client, REJECT, **{"if-match": shown}), 412, "rejected now")


def test_the_same_key_gives_the_first_answer_again(own: Served) -> None:
    client = own.program("u.neumann")
    headers = {"if-match": etag(client), "idempotency-key": "reject-1042"}
    first, again = send(client, REJECT, **headers), send(client, REJECT, **headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert {**first.json(), "repeated": True} == again.json()
    assert len(client.get(f"{PACKET}/decisions").json()) == 1
    other = {**REJECT, "reason": "something else"}
    problem(send(client, other, **headers), 409, "another request")


def test_who_may_not_is_told_the_rule_and_nothing_is_decided(own: Served) -> None:
    client = own.program("u.petersen")
    body = {"decision": "approve", "action": "override_credit", "reason": "the boss said so"}
    told = problem(send(client, body, **{"if-match": etag(client)}), 403)
    assert told["rules"]
    assert client.get(f"{PACKET}/decisions").json() == []


@pytest.mark.parametrize("user_id", ["u.schreiber", "u.keller", "u.winter"])
def test_who_only_reads_cannot_reach_a_decision(served: Served, user_id: str) -> None:
    client = served.program(user_id)
    problem(send(client, REJECT, **{"if-match": '"x"'}), 403, "decide needs one of the roles")


def test_rights_say_for_each_action_who_could(served: Served) -> None:
    given = {v["action"]: v for v in served.program("u.petersen").get(f"{PACKET}/rights").json()}
    assert given["override_credit"]["allowed"] is False
    assert given["override_credit"]["roles"] == ["credit_control"]


def test_another_company_does_not_learn_that_the_packet_exists(served: Served) -> None:
    client = served.program("u.holt")
    known = problem(client.get(PACKET), 404)["detail"]
    unknown = problem(client.get("/api/v1/packets/SO-9999.v1"), 404)["detail"]
    assert "SO-1042" not in known.replace("SO-1042.v1", "")
    assert unknown
