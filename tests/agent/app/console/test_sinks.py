"""What somebody typed or loaded is shown as text: no payload becomes markup, a link or a log line."""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.app.console.render import environment
from agent.app.service.telling import Telling
from tests.agent.app.desks import Served

BREAKS = ["", '"', "'", '">', "'>", "</title>", "</textarea>", "</option></select>", "-->", "]]>"]
TAGS = [
    "<pwn>", "<script>pwn()</script>", "<img src=x onerror=pwn()>", "<svg onload=pwn()>",
    "<a href=javascript:pwn()>x</a>", "<iframe src=//pwn.example>", "<math><mi xlink:href=pwn>",
    "<details open ontoggle=pwn()>", "<body onload=pwn()>", "<form action=//pwn.example><input>",
    "<link rel=stylesheet href=//pwn.example>", "<style>@import'//pwn.example'</style>",
    " onfocus=pwn() autofocus ", "<base href=//pwn.example>", "<meta http-equiv=refresh content=0>",
    "![x](https://pwn.example/i.png)", "[x]: //pwn.example", "{{ 7 * 7 }}pwn", "{% raw %}pwn",
]  # fmt: skip
PAYLOADS = [f"{before}{tag}" for before in BREAKS for tag in TAGS]
REFLECTED = ["/ask?q={}", "/queue?q={}", "/policies?order={}", "/cases/SO-1042/what-if?change={}"]


class _Wrong(HTMLParser):
    """Elements and attributes that only a payload can have brought."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("pwn", "iframe", "math", "base", "style", "img"):
            self.found.append(tag)
        for name, value in attrs:
            text = value or ""
            own = text.startswith("/") and not text.startswith("//")
            outside = name in ("src", "href", "action") and "pwn.e" in text and not own
            if name.startswith("on") or outside:
                self.found.append(f"{tag} {name}={text}")
            if name in ("src", "href", "action") and text.lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={text}")


def wrong(page: str) -> list[str]:
    found = _Wrong()
    found.feed(page)
    return found.found


def test_the_check_itself_sees_what_is_not_escaped() -> None:
    seen = [tag for tag in TAGS if wrong(f"<p>{tag}</p>")]
    assert len(seen) >= 9


def test_no_payload_in_a_row_becomes_markup() -> None:
    assert len(PAYLOADS) >= 150
    template = environment().get_template("card.html")
    for payload in PAYLOADS:
        card = {"kind": "row", "ref": payload, "table": payload, "key": payload, "column": payload,
                "columns": {payload: payload}, "hash": payload}  # fmt: skip
        packet = {"snapshot": payload, "as_of": payload}
        assert wrong(template.render(card=card, packet=packet, freshness={})) == [], payload


def test_no_payload_in_a_problem_becomes_markup() -> None:
    template = environment().get_template("problem_part.html")
    for payload in PAYLOADS:
        problem = {"title": payload, "detail": payload}
        assert wrong(template.render(problem=problem)) == [], payload


@pytest.fixture(scope="module")
def reader(served: Served) -> TestClient:
    return served.person("u.dahl")


@pytest.mark.parametrize("where", REFLECTED)
def test_what_is_typed_into_an_address_comes_back_as_text(reader: TestClient, where: str) -> None:
    path, _, name = where.replace("={}", "").partition("?")
    for payload in PAYLOADS[:: len(REFLECTED)]:
        answer = reader.get(path, params={name: payload})
        assert answer.status_code < 500, (where, payload)
        assert wrong(answer.text) == [], (where, payload)
        assert "49pwn" not in answer.text


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", 'a"} {"b', "a\u2028b", "a\x1b[31mb", "a\x00b"])
def test_a_line_of_the_log_stays_one_line_of_json(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    scope: dict[str, Any] = {
        "type": "http", "method": text, "path": "/", "state": {"user_id": text, "request_id": text}
    }  # fmt: skip
    with caplog.at_level(logging.INFO, "holddesk.requests"):
        Telling().request(scope, 200, 0.1)
    (record,) = caplog.records
    assert not any(letter in record.getMessage() for letter in "\n\r\x1b\x00")
