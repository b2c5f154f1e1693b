"""Build the packet: the JSON contract, from what `classify` judged.

Leaves of sections are figures and cells; here they become values, and `bindings` records for each
path which calculation or cell it shows, so that the verifier can hold one against the other.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial
from typing import Any

from agent.review.classify import Classified
from agent.review.render import Renderer
from agent.review.templates import answer, message, note
from policies.findings import SEVERITIES, Finding, Sentence
from tools.book import Book
from tools.orders import promise, promise_day, ship_date, ship_day
from tools.rows import Cell, Figure, Row, Scalar, plain
from tools.unknown import NotKnown
from tools.values import order_value

SCHEMA = "holddesk.packet/1"
PLACES = Decimal("1e-12")
CUSTOMER_COLUMNS = ("name", "tier", "priority", "status", "blocked_scope", "country", "currency",
                    "parent_customer_id")  # fmt: skip
ORDER_COLUMNS = ("currency", "requested_on", "customer_ref", "status", "version", "ordered_at",
                 "site_id", "route_id", "run_id", "channel", "created_by", "ship_to_id",
                 "company_id")  # fmt: skip


def stated(value: Scalar) -> str | int | bool | None:
    """A figure's value as JSON; quotients to twelve places."""
    return _decimal(value) if isinstance(value, Decimal) else plain(value)


@lru_cache(maxsize=65_536)
def _decimal(value: Decimal) -> str | int | bool | None:
    if int(value.as_tuple().exponent) < -12:
        value = value.quantize(PLACES, rounding=ROUND_HALF_UP)
    return plain(value)


def calculation(figure: Figure) -> dict[str, Any]:
    """A figure as the packet states it; packets of a book share it and do not change it."""
    return {
        "value": stated(figure.value),
        "unit": figure.unit,
        "formula": figure.formula,
        "inputs": [item.id for item in figure.inputs],
    }


def currency_in(book: Book, order_id: str) -> str:
    """The currency of an order in the book."""
    order = book.first("orders", "order_id").get(order_id)
    return (order.text("currency") if order else None) or ""


class Builder:
    """Puts one packet together and keeps its figures, rows, bindings and sentences."""

    def __init__(self, judged: Classified) -> None:
        self.judged = judged
        self.case = judged.case
        book = self.case.book
        timezone = book.calendar(self.case.site_id).timezone
        self.timezone = timezone.key
        self.renderer = Renderer(timezone, partial(currency_in, book))
        self.bindings: dict[str, str] = {}
        self.sentences: dict[str, list[dict[str, Any]]] = {}

    def leaf(self, path: str, value: Any) -> Any:
        """A section's node as JSON; every figure or cell in it is bound to its path."""
        if value is None or type(value) is str:
            return value
        if isinstance(value, Figure | Cell):
            self.renderer.trail.add([value])
            self.bindings[path] = value.id
            return stated(value.value)
        if isinstance(value, Row):
            self.renderer.trail.add([value])
            return value.ref
        if isinstance(value, dict):
            return {key: self.leaf(f"{path}/{key}", item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.leaf(f"{path}/{n}", item) for n, item in enumerate(value)]
        return stated(value)

    def prose(
        self, path: str, *sentences: Sentence, cite: tuple[Row, ...] = ()
    ) -> tuple[str, list[str]]:
        """Render sentences for a prose field and keep their bindings: (text, citations)."""
        made = [self.renderer.sentence(sentence, cite=cite) for sentence in sentences]
        self.sentences[path] = made
        refs = sorted({ref for sentence in made for ref in sentence["citations"]})
        return " ".join(sentence["text"] for sentence in made), refs

    def finding(self, path: str, finding: Finding) -> dict[str, Any]:
        """One finding of the packet."""
        values: dict[str, Any] = {}
        bound = [v for v in finding.values.values() if isinstance(v, Figure | Cell)]
        self.renderer.trail.add(bound)
        for name, value in finding.values.items():
            values[name] = value.id if isinstance(value, Figure | Cell) else value
        rows = tuple(finding.citations) + tuple(self.rows_under(bound))
        text, refs = self.prose(f"{path}/statement", finding.statement, cite=rows)
        clearing, _ = self.prose(f"{path}/clears_when/text", finding.clears_when.text)
        return {
            "code": finding.code,
            "line_no": finding.line_no,
            "severity": finding.severity,
            "statement": text,
            "values": values,
            "citations": refs,
            "clears_when": {"text": clearing, "change": finding.clears_when.change},
        }

    @staticmethod
    def rows_under(bound: list[Figure | Cell]) -> list[Row]:
        """The rows under figures, at most two hundred."""
        from tools.rows import rows_under

        return list(rows_under(bound))[:200]

    def exceptions(self) -> list[dict[str, Any]]:
        """The exceptions, the primary first, then in the published order."""
        order = self.judged.settings.general.primary_order
        found = sorted(
            {f.cls for f in self.judged.findings},
            key=lambda name: (name != self.judged.primary, order.index(name)),
        )
        made = []
        for n, name in enumerate(found):
            mine = [f for f in self.judged.findings if f.cls == name]
            mine.sort(key=lambda f: (-SEVERITIES.index(f.severity), f.line_no or 0))
            findings = [self.finding(f"exceptions/{n}/findings/{m}", f) for m, f in enumerate(mine)]
            made.append(
                {"class": name, "primary": name == self.judged.primary,
                 "severity": mine[0].severity, "findings": findings}
            )  # fmt: skip
        return made

    def waived(self) -> list[dict[str, Any]]:
        """The findings that a decision accepted, each with that decision and its last day."""
        made = []
        for n, (finding, by) in enumerate((one.finding, one.by) for one in self.judged.waived):
            text, refs = self.prose(
                f"waived/{n}/statement", finding.statement, cite=tuple(finding.citations)
            )
            made.append(
                {"class": finding.cls, "code": finding.code, "line_no": finding.line_no,
                 "statement": text, "citations": refs, "decision_id": by.decision_id,
                 "user_id": by.user_id, "until": by.until.isoformat()}
            )  # fmt: skip
        return made

    def not_known(self) -> list[dict[str, Any]]:
        """The classes that cannot be judged."""
        made = []
        for n, gap in enumerate(self.judged.unknown):
            reason = Figure(f"not_known.{n}.reason", gap.why, "text", "by rule: evidence gap")
            text, _ = self.prose(f"not_known/{n}/why", Sentence("{reason}", {"reason": reason}))
            made.append({"check": gap.check, "missing": list(gap.missing), "why": text})
        return made

    def data_notes(self) -> list[dict[str, Any]]:
        """The notes about the data."""
        made = []
        for n, remark in enumerate(self.judged.notes):
            text, refs = self.prose(f"data_notes/{n}/note", remark.note, cite=remark.citations)
            made.append({"code": remark.code, "note": text, "citations": refs})
        return made

    def hold_check(self) -> list[dict[str, Any]]:
        """The active holds against the evidence."""
        made = []
        for n, check in enumerate(self.judged.holds):
            text, _ = self.prose(f"hold_check/{n}/note", check.note, cite=(check.hold,))
            hold = check.hold
            made.append(
                {"hold_id": hold.text("hold_id"), "code": hold.text("code"),
                 "stage": hold.text("stage"), "maps_to": check.maps_to, "agrees": check.agrees,
                 "forced": hold.flag("forced"), "note": text}
            )  # fmt: skip
        return made

    def order(self) -> dict[str, Any]:
        """The order's header: values, dates, references."""
        book, order = self.case.book, self.case.order
        currency = order.text("currency") or ""
        section: dict[str, Any] = {name: order.cell(name) for name in ORDER_COLUMNS}
        for name, gross in (("net", False), ("gross", True)):
            try:
                section[name] = order_value(
                    book, order, currency=currency, on=self.case.today, gross=gross
                )
            except NotKnown:
                section[name] = None
        section["policy_value"] = self.judged.policy_value
        dated = [line for line in self.case.lines if promise_day(book, line)]
        first = min(dated, key=lambda row: str(promise_day(book, row)), default=None)
        section["promise"] = promise(book, first) if first else None
        shipped = [line for line in self.case.lines if ship_day(book, line)]
        next_out = min(shipped, key=lambda row: str(ship_day(book, row)), default=None)
        section["ship_date"] = ship_date(book, next_out) if next_out else None
        return dict(self.leaf("order", section))

    def customer(self) -> dict[str, Any]:
        """The sold-to, bill-to and ship-to."""
        case, row = self.case, self.case.customer
        section: dict[str, Any] = {name: row.cell(name) for name in CUSTOMER_COLUMNS} if row else {}
        for name, other in (("bill_to_name", case.bill_to),):
            section[name] = other.cell("name") if other else None
        section |= {
            "customer_id": case.customer_id,
            "bill_to_id": case.bill_to_id,
            "ship_to_id": case.ship_to_id,
        }
        return dict(self.leaf("customer", section))

    def owner(self) -> dict[str, Any]:
        """Who decides, and why."""
        owner = self.judged.owner
        text, _ = self.prose("owner/why", owner.why, cite=owner.rows)
        return {"role": owner.role, "user_id": owner.user_id, "also": list(owner.also), "why": text}

    def risk(self) -> dict[str, Any]:
        """The risk and its terms."""
        risk = self.judged.risk
        terms = [{"term": name, "points": figure} for name, figure in risk.terms]
        section = {
            "level": risk.level,
            "score": risk.score,
            "terms": terms,
            "late_probability": None,
        }
        return dict(self.leaf("risk", section))

    def recommendation(self) -> dict[str, Any]:
        """The path recommended, and all options compared."""
        advice = self.judged.recommendation
        why, _ = self.prose("recommendation/why", advice.why)
        options = []
        for n, option in enumerate(advice.options):
            path = f"recommendation/options/{n}"
            text, _ = self.prose(f"{path}/why", option.why)
            options.append(
                {"disposition": option.disposition, "feasible": option.feasible,
                 "cost": self.leaf(f"{path}/cost", option.cost), "blocked_by": [],
                 "available_on": self.leaf(f"{path}/available_on", option.available_on),
                 "why": text}
            )  # fmt: skip
        return {
            "disposition": advice.disposition,
            "subject_to": list(advice.subject_to),
            "why": why,
            "options": options,
        }

    def evidence(self) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
        """Evidence rows, their hashes, and the calculations, all sorted by name."""
        trail, once = self.renderer.trail, self.case.book.once
        self._add_currency_rows()
        bodies: dict[str, dict[str, Any]] = once("packet.rows", dict)
        hashes: dict[str, str] = once("packet.hashes", dict)
        stated_before: dict[Figure, dict[str, Any]] = once("packet.calculations", dict)
        refs, names = sorted(trail.rows), sorted(trail.figures)
        for ref in refs:
            if ref not in bodies:
                bodies[ref], hashes[ref] = trail.rows[ref].as_json(), trail.rows[ref].hash
        for figure in trail.figures.values():
            if figure not in stated_before:
                stated_before[figure] = calculation(figure)
        return (
            {ref: bodies[ref] for ref in refs},
            {ref: hashes[ref] for ref in refs},
            {name: stated_before[trail.figures[name]] for name in names},
        )

    def _add_currency_rows(self) -> None:
        """The orders of cited lines: they hold the currency of the lines' money."""
        trail, book = self.renderer.trail, self.case.book
        ids = {row["order_id"] for row in trail.rows.values() if row["order_id"]}
        for order_id in sorted(map(str, ids)):
            found = book.first("orders", "order_id").get(order_id)
            if found is not None:
                trail.add([found])


def build(judged: Classified) -> dict[str, Any]:
    """The packet of one order, without actions and fingerprint (stage guard adds them)."""
    builder, case = Builder(judged), judged.case
    sections = {
        "exceptions": builder.exceptions(),
        "waived": builder.waived(),
        "not_known": builder.not_known(),
        "data_notes": builder.data_notes(),
        "hold_check": builder.hold_check(),
        "order": builder.order(),
        "customer": builder.customer(),
        "credit": builder.leaf("credit", judged.result.sections.get("credit", {})),
        "stock": builder.leaf("stock", judged.result.sections.get("stock", [])),
        "price": builder.leaf("price", judged.result.sections.get("price", [])),
        "delivery": builder.leaf("delivery", judged.result.sections.get("delivery", {})),
        "owner": builder.owner(),
        "risk": builder.risk(),
        "recommendation": builder.recommendation(),
    }
    text, _ = builder.prose("answer", *answer(judged), cite=(case.order,))
    internal = [builder.renderer.sentence(s, cite=rows) for s, rows in note(judged)]
    language, drafted = message(judged)
    outward = [builder.renderer.sentence(s, language, cite=(case.order,)) for s in drafted]
    evidence, hashes, calculations = builder.evidence()
    return {
        "schema": SCHEMA,
        "packet_id": None,
        "order_id": case.order_id,
        "version": 1,
        "as_of": case.book.as_of.isoformat(),
        "timezone": builder.timezone,
        "snapshot": case.book.snapshot_id,
        "policy_version": judged.policy_version,
        "fingerprint": None,
        "drafted_by": "template",
        "answer": text,
        "calculations": calculations,
        **sections,
        "actions": [],
        "internal_note": {"sentences": internal},
        "customer_message": {"language": language, "sentences": outward, "locked": True},
        "withheld": [],
        "evidence": evidence,
        "evidence_hashes": hashes,
        "bindings": builder.bindings,
        "sentences": builder.sentences,
        "usage": {"llm_calls": 0, "input_tokens": 0, "output_tokens": 0, "ms": 0},
    }
