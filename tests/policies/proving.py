"""What the tests of checks share: findings by code, the case after a change, packets verified."""

from __future__ import annotations

from agent.review.stages import review_book, sound
from policies.findings import CheckResult, Finding
from policies.settings import Settings, for_company, load_rules
from tools.book import Case
from tools.changes import apply_changes

SETTINGS = for_company(load_rules(), "C1")


def settings(section: str, **values: object) -> Settings:
    """The shipped settings with some values of a section changed."""
    body = SETTINGS.model_dump()
    body[section] = {**body[section], **values}
    return Settings.model_validate(body)


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]


def the(result: CheckResult, code: str) -> Finding:
    """The one finding of a code."""
    found = [finding for finding in result.findings if finding.code == code]
    assert len(found) == 1, f"{code}: {codes(result)}"
    return found[0]


def after(case: Case, change: dict[str, object] | None, **edits: object) -> Case:
    """The case with a change applied, its `value` (or `values`) edited for a unit less."""
    assert change is not None
    book = apply_changes(case, [{**change, **edits}])
    order = book.one("orders", order_id=case.order_id)
    assert order is not None
    return Case(book, order)


def cited(finding: Finding) -> set[str]:
    return {row.ref for row in finding.citations}


def problems(case: Case) -> list[str]:
    """What the verifier finds in the packet of the case: figures, sentences, citations."""
    packet = review_book(case.book, [case.order_id], load_rules())[0]
    return [*sound(packet), *(str(entry) for entry in packet["withheld"])]
