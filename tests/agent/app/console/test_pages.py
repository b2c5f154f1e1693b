"""The console's pages: what they show, to whom, and that nothing of them needs scripts."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from fastapi.testclient import TestClient

from tests.agent.app.desks import Served, field

LARGEST_PAGE = 150_000


@pytest.fixture(scope="module")
def carla(served: Served) -> TestClient:
    return served.person("u.neumann")


@pytest.fixture(scope="module")
def case(carla: TestClient) -> str:
    page = carla.get("/cases/SO-1042")
    assert page.status_code == 200, page.text[:500]
    return page.text


def test_the_queue_begins_with_the_least_time_left(carla: TestClient) -> None:
    page = carla.get("/queue").text
    orders = re.findall(r"data-open>(SO-\d+)", page)
    assert orders[:2] == ["SO-1305", "SO-1301"]
    assert "0 h 45 min" in page


def test_filters_stand_in_the_address_and_stay_in_the_links(carla: TestClient) -> None:
    page = carla.get("/queue?class=credit_hold&q=birch&view=open").text
    orders = set(re.findall(r"data-open>(SO-\d+)", page))
    assert "SO-1042" in orders
    assert "SO-1305" not in orders
    assert "view=mine&amp;class=credit_hold&amp;q=birch" in page


def test_what_waits_for_somebody_is_theirs(served: Served) -> None:
    mine = served.person("u.vogt").get("/queue?view=mine").text
    assert "SO-1305" in mine
    assert "SO-1042" not in mine


def test_the_answer_stands_above_everything_else_of_the_case(case: str) -> None:
    answer = case.index("is blocked: exposure")
    assert answer < case.index("Credit hold") < case.index(">Options<") < case.index("ev-title")


def test_the_header_says_time_left_blocks_and_who_decides(case: str) -> None:
    for text in ("1 d 0 h", "CRED-LIMIT at ship", "u.neumann <strong>(you)</strong>", "4500017723"):
        assert text in case


def test_every_citation_of_the_case_opens(carla: TestClient, case: str) -> None:
    found = sorted(set(re.findall(r'href="(/cases/SO-1042/cite\?of=[^"]+)"', case)))
    assert len(found) > 30
    for address in found:
        answer = carla.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200, address
    money = carla.get("/cases/SO-1042/cite?of=credit.exposure_after").text
    assert "132,400.00 EUR" in money
    assert "credit.exposure_before" in money


def test_a_disabled_button_says_which_rule_and_who_could(served: Served) -> None:
    page = served.person("u.petersen").get("/cases/SO-1042").text
    override = page.index('id="w-override_credit"')
    assert "credit_control" in page[override : override + 400]
    assert re.search(r'value="override_credit" disabled aria-describedby="w-override_credit"', page)


def test_who_only_reads_has_no_button_to_decide(served: Served) -> None:
    page = served.person("u.schreiber").get("/cases/SO-1042").text
    assert "auditor reads and does not decide" in page
    assert 'name="decision"' not in page


def test_hidden_figures_are_on_no_page_of_who_may_not_see_them(served: Served) -> None:
    client = served.person("u.jensen")
    paths = ("/queue", "/cases/SO-1042", "/cases/SO-1042/cite?of=credit.limit",
             "/cases/SO-1042/what-if?change=payment+12400", "/ask?q=why+is+SO-1042+blocked",
             "/queue.csv")  # fmt: skip
    for path in paths:
        text = client.get(path).text
        for figure in ("132,400", "132400", "120,000.00", "4,194.40", "4194.4"):
            assert figure not in text, (path, figure)


def test_an_order_of_another_company_is_not_found(served: Served) -> None:
    client = served.person("u.ashdown")
    for path in ("/cases/SO-1042", "/cases/SO-1042/cite?of=credit.limit", "/cases/SO-1042/fresh"):
        assert client.get(path).status_code == 404, path
    assert "SO-1042" not in client.get("/queue?view=all").text


def test_a_what_if_shows_what_would_change_and_says_that_nothing_was_stored(
    carla: TestClient,
) -> None:
    page = carla.get("/cases/SO-1042/what-if", params={"change": "payment 12400"}).text
    assert "If payment 12400:" in page
    assert "this can never be approved" in page
    wrong = carla.get("/cases/SO-1042/what-if", params={"change": "free lunch"})
    assert wrong.status_code == 200
    assert "is not understood" in wrong.text


def test_a_question_is_answered_with_its_sources(carla: TestClient) -> None:
    page = carla.get("/ask", params={"q": "who has to sign?", "order": "SO-1042"}).text
    assert "Carla Neumann" in page
    assert "/cases/SO-1042/cite?of=" in page


def test_policies_say_why_somebody_may_not_and_who_could(carla: TestClient) -> None:
    query = {"order": "SO-1042", "action": "release_order"}
    page = carla.get("/policies", params=query).text
    assert "u.neumann may not release order of SO-1042" in page
    assert "u.vogt" in page


def test_the_auditor_sees_that_the_chain_holds(served: Served) -> None:
    page = served.person("u.schreiber").get("/audit").text
    assert "The chain holds" in page
    assert "packet.drafted" in page


class _Parts(HTMLParser):
    """Collects what a strict policy of contents would refuse, and addresses outside."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.wrong.append(f"{tag} {name}")
            if name in ("src", "href", "action") and "//" in (value or ""):
                self.wrong.append(f"{tag} {name} {value}")
            if name == "id":
                self.ids.append(str(value))
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.wrong.append(tag)


PAGES = ["/queue", "/cases/SO-1042", "/cases/SO-1387", "/ask?q=worst", "/policies?order=SO-1042",
         "/audit", "/sources", "/cases/SO-1042/what-if"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_to_its_own_policy_and_is_small(served: Served, path: str) -> None:
    client = served.person("u.dahl")
    answer = client.get(path)
    assert answer.status_code == 200
    found = _Parts()
    found.feed(answer.text)
    assert found.wrong == []
    assert len(found.ids) == len(set(found.ids))
    static = sum(
        len(client.get(a).content) for a in set(re.findall(r'"(/static/[^"]+)"', answer.text))
    )
    assert len(answer.content) + static < LARGEST_PAGE


def test_vendored_files_are_the_ones_that_the_list_names() -> None:
    folder = files("agent.app.console") / "static"
    listed = dict(
        re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})`", (folder / "VENDORED.md").read_text())
    )
    minified = [f.name for f in folder.iterdir() if f.name.endswith(".min.js")]
    assert sorted(listed) == sorted(minified)
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_theme_and_the_keys_are_chosen_without_scripts(served: Served) -> None:
    client = served.person("u.vogt")
    assert 'data-theme="auto" data-keys="on"' in client.get("/queue").text
    assert client.post("/look", data={"theme": "dark", "to": "/queue"}).status_code == 303
    client.post("/look", data={"keys": "off"})
    assert 'data-theme="dark" data-keys="off"' in client.get("/queue").text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
               "/ok\\evil", "\t//evil.example"],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(served: Served, target: str) -> None:
    answer = served.client().post("/sign-in", data={"persona": "u.vogt", "to": target})
    assert answer.headers["location"] == "/"


def test_a_form_of_another_session_does_nothing(own: Served) -> None:
    carla, anna = own.person("u.neumann"), own.person("u.petersen")
    page = carla.get("/cases/SO-1042")
    body = {"csrf": field(anna.get("/cases/SO-1042"), "csrf"), "etag": "x", "decision": "reject"}
    answer = carla.post("/packets/SO-1042.v1/decide", data={**body, "reason": "no"})
    assert answer.status_code == 403
    assert "not of your session" in answer.text
    assert page.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "null"},
     {"origin": "https://evil.example"}],
)  # fmt: skip
def test_a_change_from_another_site_is_refused(served: Served, headers: dict[str, str]) -> None:
    answer = served.client(**headers).post("/sign-in", data={"persona": "u.vogt"})
    assert answer.status_code == 403
    assert "another site" in answer.text
