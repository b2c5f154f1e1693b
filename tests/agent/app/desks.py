"""A service over a demo home, and people who call it or look at its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from agent.app.service.application import application
from agent.app.service.office import Office
from agent.app.service.rights import SCOPES
from agent.desk.sessions import add_token

ORIGIN = "http://127.0.0.1:8700"
OF_ROLE = {
    "sales_operations": "u.petersen", "finance": "u.vogt", "credit_control": "u.neumann",
    "warehouse": "u.jensen", "logistics": "u.aydin", "customer_service": "u.marin",
    "compliance": "u.solberg", "executive": "u.dahl", "evaluator": "u.winter",
    "auditor": "u.schreiber", "admin": "u.keller",
}  # fmt: skip
"""The persona of each role."""


@dataclass
class Served:
    """A running service in this process."""

    office: Office
    app: FastAPI

    def client(self, **headers: str) -> TestClient:
        """Somebody who sends these headers."""
        return TestClient(
            self.app, base_url=ORIGIN, headers=headers, follow_redirects=False,
            raise_server_exceptions=False,
        )  # fmt: skip

    def program(
        self, user_id: str, *scopes: str, valid: timedelta = timedelta(days=1)
    ) -> TestClient:
        """A program with a token of a user; all scopes without any named."""
        now = datetime.now(UTC)
        _, secret = add_token(self.office.desk, user_id, scopes or SCOPES, valid, now)
        return self.client(authorization=f"Bearer {secret}")

    def person(self, user_id: str) -> TestClient:
        """A persona who signed in to the console."""
        client = self.client()
        answer = client.post("/sign-in", data={"persona": user_id})
        assert answer.status_code == 303, answer.text
        return client


def serve(home: Path) -> Served:
    """A service over a home."""
    office = Office(home)
    return Served(office, application(office, ORIGIN, rate=1e9, sign_ins=1e9))


def field(page: Response, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found.group(1)


def problem(answer: Response, status: int, *words: str) -> dict[str, Any]:
    """Assert: an answer is a problem of this status whose detail has these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    for word in words:
        assert word in body["detail"], body
    return body
