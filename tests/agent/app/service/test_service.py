"""The service's edges: health, one shape of errors, limits, headers, pages of lists."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from agent.app.service.application import application
from agent.app.service.shield import CSP, LARGEST_BODY, Bucket
from tests.agent.app.desks import ORIGIN, Served, problem


@pytest.fixture(scope="module")
def reader(served: Served) -> TestClient:
    return served.program("u.dahl")


def test_it_lives_and_is_ready(served: Served) -> None:
    client = served.client()
    assert client.get("/healthz").json() == {"status": "ok", "missing": []}
    assert client.get("/readyz").json() == {"status": "ok", "missing": []}


@pytest.mark.parametrize(
    ("file", "missing"),
    [("current.json", "snapshot"), ("checkpoints.sqlite", "checkpointer")],
)
def test_it_is_not_ready_while_something_is_missing(own: Served, file: str, missing: str) -> None:
    assert own.client().get("/readyz").status_code == 200
    (own.office.path / file).unlink()
    answer = own.client().get("/readyz")
    assert answer.status_code == 503
    assert missing in answer.json()["missing"]
    assert own.client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/cases", 405),
        ("GET", "/api/v1/cases?limit=0", 422),
        ("GET", "/api/v1/cases?view=nonsense", 422),
        ("GET", "/api/v1/cases?cursor=nonsense", 422),
        ("GET", "/api/v1/audit?cursor=-1", 422),
        ("GET", "/api/v1/cases/SO-9999", 404),
        ("GET", "/api/v1/packets/SO-1042.v99", 404),
    ],
)
def test_every_error_has_the_one_shape(
    reader: TestClient, method: str, path: str, status: int
) -> None:
    body = problem(reader.request(method, path), status)
    assert body["title"]
    assert body["request_id"]


def test_what_nobody_foresaw_says_nothing_of_its_cause(
    own: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own.program("u.dahl")
    monkeypatch.setattr(own.office.board, "listed", None)
    body = problem(client.get("/api/v1/cases"), 500, "something unexpected")
    assert "NoneType" not in str(body)


def test_a_wrong_method_names_the_right_ones(reader: TestClient) -> None:
    assert reader.put("/api/v1/me").headers["allow"] == "GET"
    assert reader.put("/api/v1/cases").headers["allow"] == "GET, POST"
    assert reader.put("/api/v1/packets/SO-1042.v1/decisions").headers["allow"] == "GET, POST"


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/cases", "/sign-in", "/nothing"])
def test_every_answer_has_the_headers_that_protect_its_reader(served: Served, path: str) -> None:
    headers = served.client().get(path).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil.example", "", "a/b"])
def test_another_host_is_not_served(served: Served, host: str) -> None:
    answer = served.client().get("/healthz", headers={"host": host})
    problem(answer, 400, "not served here")


def test_a_body_is_limited_by_what_it_says_and_by_what_it_is(reader: TestClient) -> None:
    problem(reader.post("/api/v1/ask", content=b"x" * (LARGEST_BODY + 1)), 413)

    def without_length() -> object:
        for _ in range(LARGEST_BODY // 65536 + 1):
            yield b"x" * 65536

    problem(reader.post("/api/v1/ask", content=without_length()), 413)  # type: ignore[arg-type]


def test_an_address_that_asks_too_often_is_told_to_wait() -> None:
    bucket = Bucket(rate=1.0, burst=2.0)
    assert [bucket.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert bucket.take("b", 0.0)
    assert bucket.take("a", 1.0)


def test_pages_of_the_queue_cover_it_once_and_in_order(reader: TestClient) -> None:
    whole = reader.get("/api/v1/cases?limit=200").json()
    seen: list[str] = []
    cursor = None
    while True:
        part = reader.get(
            "/api/v1/cases", params={"limit": 7, "cursor": cursor} if cursor else {"limit": 7}
        ).json()
        seen += [row["packet_id"] for row in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert seen == [row["packet_id"] for row in whole["items"]]
    assert len(seen) == whole["total"]


def test_pages_of_the_audit_go_back_to_its_first_event(served: Served) -> None:
    client = served.program("u.schreiber")
    numbers: list[int] = []
    cursor = None
    while True:
        query = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        part = client.get("/api/v1/audit", params=query).json()
        numbers += [row["seq"] for row in part["items"]]
        if (cursor := part["next_cursor"]) is None:
            break
    assert numbers == list(range(max(numbers), 0, -1))


def test_counters_name_routes_and_never_ids(served: Served) -> None:
    client = served.program("u.keller")
    client.get("/api/v1/cases/SO-1042")
    text = client.get("/metrics").text
    assert 'holddesk_requests_total{method="GET",route="/api/v1/cases/{order_id}"' in text
    assert "SO-1042" not in text
    assert 'holddesk_cases{state="pending"}' in text


def test_a_question_is_answered_about_the_order_in_view(reader: TestClient) -> None:
    body = {"question": "who has to sign?", "order": "SO-1042"}
    answer = reader.post("/api/v1/ask", json=body).json()
    assert answer["orders"][0] == "SO-1042"
    assert answer["question"] == "who has to sign?"


def test_hidden_columns_leave_neither_the_queue_nor_a_packet(served: Served) -> None:
    client = served.program("u.jensen")
    row = client.get("/api/v1/cases/SO-1042").json()
    assert (row["net"], row["value"]) == ("hidden", "hidden")
    text = client.get("/api/v1/packets/SO-1042.v1").text
    assert "132,400.00" not in text
    assert '"120000"' not in text


def test_a_what_if_is_marked_and_stores_nothing(own: Served) -> None:
    client = own.program("u.neumann")
    before = client.get("/api/v1/cases?view=all").json()["total"]
    body = {"orders": ["SO-1042"], "what_if": ["payment 12400"]}
    (made,) = client.post("/api/v1/reviews", json=body).json()
    assert made["packet_id"] is None
    assert made["hypothetical"] == ["payment 12400"]
    assert client.get("/api/v1/cases?view=all").json()["total"] == before


def test_an_address_that_tries_to_sign_in_too_often_has_to_wait(served: Served) -> None:
    hurried = Served(served.office, application(served.office, ORIGIN, sign_ins=3)).client()
    wrong = {"user": "u.vogt", "password": "guess"}
    codes = [hurried.post("/sign-in", data=wrong).status_code for _ in range(4)]
    assert 429 not in codes[:3]
    assert codes[3] == 429
    assert hurried.get("/healthz").status_code == 200
