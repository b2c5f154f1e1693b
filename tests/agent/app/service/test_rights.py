"""Every route declares one right, and every role gets exactly what the table below says."""

from __future__ import annotations

import pytest
from fastapi import APIRouter

from agent.app.service.application import declared, described
from agent.app.service.rights import ROLES_WITH, Right
from policies.guard import ROLES
from tests.agent.app.desks import OF_ROLE, Served

ALL = frozenset(ROLES)
BUSINESS = ALL - {"evaluator", "auditor", "admin"}
WHO_MAY = {
    "read": ALL, "work": BUSINESS, "decide": BUSINESS, "audit": frozenset({"auditor", "executive"}),
    "admin": frozenset({"admin"}), "metrics": frozenset({"admin"}),
}  # fmt: skip
NEEDED = {
    ("GET", "/healthz"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/metrics"): "metrics",
    ("GET", "/api/v1/openapi.json"): "public",
    ("GET", "/api/v1/me"): "signed_in",
    ("GET", "/api/v1/cases"): "read",
    ("POST", "/api/v1/cases"): "work",
    ("GET", "/api/v1/cases/{order_id}"): "read",
    ("GET", "/api/v1/packets/{packet_id}"): "read",
    ("GET", "/api/v1/packets/{packet_id}/evidence"): "read",
    ("GET", "/api/v1/packets/{packet_id}/rights"): "read",
    ("GET", "/api/v1/packets/{packet_id}/decisions"): "read",
    ("POST", "/api/v1/packets/{packet_id}/decisions"): "decide",
    ("POST", "/api/v1/reviews"): "read",
    ("POST", "/api/v1/ask"): "read",
    ("GET", "/api/v1/policies"): "read",
    ("GET", "/api/v1/policies/explain"): "read",
    ("GET", "/api/v1/audit"): "audit",
    ("GET", "/api/v1/audit/chain"): "audit",
    ("GET", "/api/v1/sources"): "read",
    ("GET", "/"): "signed_in",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("POST", "/sign-out"): "signed_in",
    ("POST", "/look"): "public",
    ("GET", "/queue"): "read",
    ("GET", "/queue.csv"): "read",
    ("GET", "/queue.xlsx"): "read",
    ("GET", "/cases/{order_id}"): "read",
    ("GET", "/cases/{order_id}/cite"): "read",
    ("GET", "/cases/{order_id}/fresh"): "read",
    ("GET", "/cases/{order_id}/what-if"): "read",
    ("POST", "/cases/{order_id}/draft"): "work",
    ("POST", "/packets/{packet_id}/decide"): "decide",
    ("GET", "/ask"): "read",
    ("GET", "/policies"): "read",
    ("GET", "/audit"): "audit",
    ("GET", "/sources"): "read",
    ("GET", "/admin"): "admin",
}
"""The right that each route is meant to need. A new route belongs into this table."""
FILLED = {"order_id": "SO-1042", "packet_id": "SO-1042.v1"}
API = [key for key in NEEDED if key[1].startswith("/api/") or key[1] == "/metrics"]
PAGES = [key for key in NEEDED if key not in API and not key[1].startswith(("/healthz", "/readyz"))]


def filled(path: str) -> str:
    return path.format(**FILLED)


def test_every_route_declares_the_right_that_it_is_meant_to_need(served: Served) -> None:
    assert {(m, p): right.value for p, m, right in declared(served.app)} == NEEDED


def test_the_rights_of_the_roles_are_those_of_the_table() -> None:
    assert {right.value: roles for right, roles in ROLES_WITH.items()} == WHO_MAY


def test_a_route_without_a_right_is_found(own: Served) -> None:
    router = APIRouter()
    router.add_api_route("/open", lambda: "to anybody")
    own.app.include_router(router)
    with pytest.raises(LookupError, match="/open declares 0 rights"):
        declared(own.app)


def test_the_description_names_the_right_of_every_operation(served: Served) -> None:
    schema = described(served.app)
    assert schema["openapi"].startswith("3.1")
    named = {
        (method.upper(), path): operation["x-right"]
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }
    assert named == {key: NEEDED[key] for key in named}
    assert len(named) == 19


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_exactly_the_api_that_its_rights_open(served: Served, role: str) -> None:
    client = served.program(OF_ROLE[role])
    for method, path in API:
        right = NEEDED[method, path]
        may = right in ("public", "signed_in") or role in WHO_MAY[right]
        answer = client.request(method, filled(path), json={} if method == "POST" else None)
        assert (answer.status_code != 403) == may, (role, method, path, answer.text)
        assert answer.status_code not in (401, 500), (role, method, path, answer.text)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_exactly_the_pages_that_its_rights_open(served: Served, role: str) -> None:
    client = served.person(OF_ROLE[role])
    for method, path in PAGES:
        right = NEEDED[method, path]
        if method == "POST":  # without the secret of a form nobody gets through
            if right != "public":
                assert client.post(filled(path), data={}).status_code in (403, 422), path
            continue
        may = right in ("public", "signed_in") or role in WHO_MAY[right]
        query = {"of": "orders/SO-1042"} if path.endswith("/cite") else {}
        answer = client.get(filled(path), params=query)
        assert (answer.status_code != 403) == may, (role, path, answer.text[:500])
        assert answer.status_code < 500, (role, path)


@pytest.mark.parametrize(("method", "path"), API)
def test_without_a_token_nothing_but_what_is_public_answers(
    served: Served, method: str, path: str
) -> None:
    answer = served.client().request(method, filled(path), json={})
    assert (answer.status_code == 401) == (NEEDED[method, path] != "public")


@pytest.mark.parametrize("path", [path for method, path in PAGES if method == "GET"])
def test_a_page_asks_whoever_is_not_signed_in_to_sign_in(served: Served, path: str) -> None:
    answer = served.client().get(filled(path))
    if NEEDED["GET", path] == "public":
        assert answer.status_code == 200
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?to=")


@pytest.mark.parametrize("right", [right for right in ROLES_WITH if right is not Right.ADMIN])
def test_a_token_without_the_scope_gives_no_more_than_its_scopes(
    served: Served, right: Right
) -> None:
    role = "admin" if right is Right.METRICS else "executive"
    client = served.program(OF_ROLE[role], "admin")
    key = next(key for key in API if NEEDED[key] == right.value)
    answer = client.request(key[0], filled(key[1]), json={})
    assert answer.status_code == 403
    assert f"no scope {right.value}" in answer.json()["detail"]
