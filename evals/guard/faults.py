"""`python -m evals.guard.faults`: whatever is missing, mistyped, too large or broken is denied.

Each fault is put into a request that is allowed without it. Facts are made wrong one at a time; the
engine is broken in each way that it can break; and where the audit cannot be written, a decision
must leave nothing behind.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, get_type_hints

import orjson

from evals.guard.asking import Facts, Who
from evals.guard.broken import audit_faults, engine_faults
from evals.guard.comparing import packet_of, person_of
from policies.guard import Guard, PacketFacts, Person, shipped

MONEY = 1_000_000
FINANCE = frozenset({"finance"})
BASES: dict[str, tuple[str, Facts]] = {
    "release_order": ("sales_operations", Facts(order_value=MONEY)),
    "override_credit": ("credit_control", Facts(credit_excess=MONEY)),
    "ship_partial": ("warehouse", Facts(line_value=MONEY)),
    "notify_customer": ("customer_service", Facts()),
    "waive_finding": ("finance", Facts(classes=frozenset({"price_mismatch"}), below_floor=True,
                                       margin_given_up=MONEY, waives="price_mismatch")),
    "reject": ("executive", Facts()),
    "update_erp": ("finance", Facts(approved_roles=FINANCE)),
}  # fmt: skip
"""Requests that are allowed: a fault in any of their facts has to deny them."""

WRONG: tuple[tuple[str, Any], ...] = (
    ("none", None), ("text", "1000000"), ("words", "nobody knows this"), ("bytes", b"1"),
    ("fraction", 1.5), ("not a number", float("nan")), ("infinite", float("inf")),
    ("decimal", Decimal(1)), ("yes", True), ("whole", 1), ("too large", 2**63),
    ("too small", -(2**63) - 1), ("far too large", 10**40), ("list", ["finance"]),
    ("set", {"finance"}), ("mapping", {}), ("object", object()), ("type", Facts),
    ("set of numbers", frozenset({1})), ("set of nothing", frozenset({None})),
    ("unknown word", frozenset({"nobody knows this"})), ("nested", frozenset({frozenset()})),
    ("pairs", (("finance", "release_order"),)), ("tuple", ("finance",)),
)  # fmt: skip
WORDS = frozenset({"classes", "not_known", "approved_roles", "roles", "other_roles", "first_roles"})
"""Sets whose words are enumerated: an unknown one is a fault, in the others it is a name."""


@dataclass(frozen=True)
class Outcome:
    """One fault, and whether it let anything through."""

    kind: str
    what: str
    allowed: bool


def _fits(kind: type, name: str, wrong: Any) -> bool:
    """Whether the wrong value is one that the field may have."""
    hint = str(get_type_hints(kind)[name]).removeprefix("<class '").removesuffix("'>")
    if wrong is None:
        return "None" in hint
    if isinstance(wrong, frozenset):
        texts = all(isinstance(one, str) for one in wrong)
        return hint.startswith("frozenset") and texts and name not in WORDS
    return {"str": type(wrong) is str, "bool": type(wrong) is bool}.get(
        hint, hint.startswith("int") and type(wrong) is int and abs(wrong) < 2**63
    )


def _wrong_values(kind: type) -> Iterator[tuple[str, str, Any]]:
    for one in fields(kind):
        for label, wrong in WRONG:
            if not _fits(kind, one.name, wrong):
                yield one.name, label, wrong


def _without(value: Any, name: str) -> Any:
    """A copy that lacks a field altogether."""
    made = copy(value)
    object.__delattr__(made, name)
    return made


def _faulty(value: Any) -> Iterator[tuple[str, Any]]:
    for name, label, wrong in _wrong_values(type(value)):
        yield f"{type(value).__name__}.{name}: {label}", replace(value, **{name: wrong})
    for one in fields(value):
        yield f"{type(value).__name__}.{one.name}: missing", _without(value, one.name)


def _cases(packet: PacketFacts, person: Person) -> Iterator[tuple[str, Person, PacketFacts]]:
    for what, lock in _faulty(packet.order.lock):
        yield what, person, replace(packet, order=replace(packet.order, lock=lock))
    for what, order in _faulty(packet.order):
        yield what, person, replace(packet, order=order)
    for what, made in _faulty(packet):
        yield what, person, made
    for what, who in _faulty(person):
        yield what, who, packet
    for label, wrong in WRONG:
        yield f"person: {label}", wrong, packet
        yield f"packet: {label}", person, wrong


def fact_faults(guard: Guard, actions: Sequence[str]) -> Iterator[Outcome]:
    """Each fact of each request made wrong, one at a time; `allowed` tells what got through."""
    for action in actions:
        role, facts = BASES[action]
        person = person_of(Who("u.1", "p.1", frozenset({role}), limit=MONEY))
        packet = packet_of(facts)
        if not isinstance(person, Person) or not guard.may(person, action, packet).allowed:
            raise AssertionError(f"{action} is not allowed without a fault: nothing is shown")
        for what, who, faulty in _cases(packet, person):
            yield Outcome("facts", f"{action}: {what}", guard.may(who, action, faulty).allowed)
        for label, wrong in WRONG:
            yield Outcome("action", f"{label}", guard.may(person, wrong, packet).allowed)


def lock_faults(guard: Guard) -> Iterator[Outcome]:
    """Locks of wrong facts name nobody."""
    base = packet_of(BASES["release_order"][1]).order.lock
    for what, wrong in _faulty(base):
        named = any(lock.roles or lock.allowed for lock in guard.locks(wrong).values())
        yield Outcome("locks", what, named)


def run(quick: bool) -> list[Outcome]:
    """Every fault; a quick run takes the facts of two requests."""
    actions = list(BASES)[:2] if quick else list(BASES)
    found = [*fact_faults(shipped(), actions), *lock_faults(shipped())]
    for action in actions:
        role, facts = BASES[action]
        person = Who("u.1", "p.1", frozenset({role}), limit=MONEY)
        found += [Outcome("engine", f"{action}: {what}", allowed)
                  for what, allowed in engine_faults(person, action, facts)]  # fmt: skip
    return found + [Outcome("audit", what, allowed) for what, allowed in audit_faults()]


def report(found: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    """How many faults of each kind, and what got through."""
    through = [f"{one.kind}: {one.what}" for one in found if one.allowed]
    return {
        "faults": len(found), "by_kind": dict(Counter(one.kind for one in found)),
        "allowed": len(through), "examples": through[:10], "policy": shipped().policy_hash()[:16],
        "seconds": round(seconds, 1), "holds": bool(found) and not through,
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 where a fault let anything through."""
    parser = argparse.ArgumentParser(prog="python -m evals.guard.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the facts of two requests")
    given = parser.parse_args(words)
    started = time.perf_counter()
    body = report(run(given.quick), time.perf_counter() - started)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
