"""Deciding in the console: from the case to the decision, once, on what was shown."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient
from httpx import Response

from tests.agent.app.desks import Served, field

CASE = "/cases/SO-1042"
DECIDE = "/packets/SO-1042.v1/decide"


def form(page: Response, **more: str) -> dict[str, str]:
    return {
        "csrf": field(page, "csrf"),
        "etag": field(page, "etag").replace("&#34;", '"'),
        "key": field(page, "key"),
        **more,
    }


def status(client: TestClient) -> str:
    found = re.search(r"SO-1042\.v1 is <strong>([^<]+)</strong>", client.get(CASE).text)
    return found.group(1) if found else "open"


def test_a_rejection_goes_on_to_the_next_order_and_says_what_was_done(own: Served) -> None:
    client = own.person("u.neumann")
    body = form(client.get(CASE), decision="reject", reason="stock first")
    answer = client.post(DECIDE, data=body)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/cases/SO-")
    assert "SO-1042 is rejected" in client.get(answer.headers["location"]).text
    assert status(client) == "rejected"


def test_an_override_needs_code_and_reason_and_is_then_kept(own: Served) -> None:
    client = own.person("u.neumann")
    page = client.get(CASE)
    bare = form(page, decision="approve", action="override_credit")
    refused = client.post(DECIDE, data=bare)
    assert refused.status_code in (409, 422)
    assert "reason code" in refused.text
    whole = {**bare, "reason_code": "payment_received", "reason": "PAY-3073 has come"}
    assert client.post(DECIDE, data=whole).status_code == 303
    page = client.get(CASE).text
    assert "u.neumann on SO-1042.v1: approve override credit" in page
    assert "PAY-3073 has come" in page


def test_a_double_click_decides_once(own: Served) -> None:
    client = own.person("u.neumann")
    body = form(client.get(CASE), decision="reject", reason="stock first")
    assert [client.post(DECIDE, data=body).status_code for _ in range(2)] == [303, 303]
    with own.office.desk.read() as session:
        from agent.desk.decisions import decisions

        assert len(decisions(session, "SO-1042.v1")) == 1


def test_the_second_of_two_reviewers_is_told_what_happened(own: Served) -> None:
    first, second = own.person("u.neumann"), own.person("u.dahl")
    late = form(second.get(CASE), decision="reject", reason="too late")
    now = form(first.get(CASE), decision="reject", reason="stock first")
    assert first.post(DECIDE, data=now).status_code == 303
    told = second.post(DECIDE, data=late)
    assert told.status_code in (403, 412)
    assert "nothing was decided" in told.text or "may not" in told.text


def test_whoever_did_not_see_the_packet_cannot_approve_it(own: Served) -> None:
    client = own.person("u.neumann")
    seen = client.get("/cases/SO-1301")
    body = {
        "csrf": field(seen, "csrf"), "etag": '"SO-1042.v1.x.pending.0"', "decision": "approve",
        "action": "override_credit", "reason_code": "other", "reason": "unseen",
    }  # fmt: skip
    assert client.post(DECIDE, data=body).status_code == 412


def test_a_snoozed_packet_still_waits_and_moves_to_its_view(own: Served) -> None:
    client = own.person("u.neumann")
    body = form(client.get(CASE), decision="snooze", snooze="4")
    assert client.post(DECIDE, data=body).status_code == 303
    assert "SO-1042" in client.get("/queue?view=snoozed").text
    assert "data-open>SO-1042" not in client.get("/queue").text


def test_a_reassigned_packet_waits_for_the_other(own: Served) -> None:
    client = own.person("u.neumann")
    body = form(client.get(CASE), decision="reassign", to="u.vogt")
    assert client.post(DECIDE, data=body).status_code == 303
    assert "SO-1042" in own.person("u.vogt").get("/queue?view=mine").text


def test_an_edited_note_becomes_a_new_version_with_its_diff(own: Served) -> None:
    client = own.person("u.neumann")
    body = form(
        client.get(CASE), decision="edit", note="Call Birch Retail before the truck leaves."
    )
    answer = client.post(DECIDE, data=body)
    assert answer.status_code == 303, answer.text
    page = client.get(CASE).text
    assert "SO-1042.v2" in page
    assert "<ins>Call</ins>" in page
    assert "<del>" in page


def test_signing_out_ends_the_session(own: Served) -> None:
    client = own.person("u.neumann")
    csrf = field(client.get(CASE), "csrf")
    cookie = dict(client.cookies)
    assert client.post("/sign-out", data={"csrf": csrf}).status_code == 303
    assert own.client(cookie=f"holddesk={cookie['holddesk']}").get("/queue").status_code == 303
