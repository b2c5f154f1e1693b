"""The template drafter: the answer, the internal note and the customer message without a model.

Templates hold no digit, number word, date or id; all of these are bound to figures and cells.
"""

from __future__ import annotations

from agent.review.classify import Classified
from policies.findings import SEVERITIES, Bound, DataNote, Finding, Sentence
from tools.orders import promise
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import order_value

LANGUAGE_OF = {"DE": "de", "AT": "de", "CH": "de", "FR": "fr", "LU": "fr", "MC": "fr"}
"""Language of the customer message by country; English elsewhere."""

MESSAGES = {
    "en": (
        "Thank you for your order {ref}.",
        "We are reviewing it; your contact will come back to you as soon as there is a decision.",
    ),
    "de": (
        "Vielen Dank für Ihre Bestellung {ref}.",
        "Wir prüfen sie derzeit; Ihr Ansprechpartner meldet sich bei Ihnen, sobald eine "
        "Entscheidung vorliegt.",
    ),
    "fr": (
        "Nous vous remercions de votre commande {ref}.",
        "Elle est en cours de vérification ; votre interlocuteur reviendra vers vous dès qu'une "
        "décision aura été prise.",
    ),
}
NOTES_OF_A_KIND = 2
ADVICE = {
    "ship": "Recommended: {path}; it needs a release decision by {who}.",
    "wait": "Recommended: {path}; it needs a decision by {who} on a later date.",
    "split": "Recommended: {path}; it needs a decision by {who} on a part delivery.",
    "substitute": "Recommended: {path}; it needs a decision by {who} on the substitute.",
    "escalate": "Recommended: {path}; it needs a decision by {who}.",
    "hold": "Recommended: {path} until {who} decides.",
}


def word(key: str, text: str) -> Figure:
    """A word of the packet (a class, a role, a path) as a figure that a template can bind."""
    return Figure(f"word.{key}", text, "text", f"by rule: {key}")


def named(text: str) -> str:
    """A class or role as people read it."""
    return text.replace("_", " ")


def weightiest(judged: Classified) -> Finding | None:
    """The finding to say first: of the primary class, the most severe, the first line."""
    mine = [f for f in judged.findings if f.cls == judged.primary]
    return min(mine, key=lambda f: (-SEVERITIES.index(f.severity), f.line_no or 0), default=None)


def joined(lead: str, sentence: Sentence, figures: dict[str, Bound]) -> Sentence:
    """A lead and a sentence as one, e.g. "{order} is blocked: exposure {after} ..."."""
    body = sentence.template
    if body[:1].isalpha() and body[1:2].islower():
        body = body[0].lower() + body[1:]
    return Sentence(f"{lead} {body}", {**sentence.figures, **figures})


def _state(judged: Classified) -> str:
    blocked = judged.holds or judged.case.order.text("status") == "blocked"
    return "is blocked" if blocked else "is not on hold"


def answer(judged: Classified) -> list[Sentence]:
    """One or two sentences: blocked because, recommended, needs."""
    order: Bound = judged.case.order.cell("order_id")
    first = weightiest(judged)
    if first is not None:
        state = _state(judged)
        lead = joined(f"{{this_order}} {state}:", first.statement, {"this_order": order})
    elif judged.unknown:
        check = word("check", named(judged.unknown[0].check))
        lead = Sentence(
            f"{{order}} {_state(judged)}; nothing was found, but {{check}} is not known.",
            {"order": order, "check": check},
        )
    else:
        lead = _clear_lead(judged, order)
    return [lead, _advice(judged), *_others(judged)]


def _clear_lead(judged: Classified, order: Bound) -> Sentence:
    """The first sentence where no check found anything: what holds the order all the same."""
    if _state(judged) == "is not on hold":
        return Sentence("{order} is not on hold and every check is clear.", {"order": order})
    forced = next((check.hold for check in judged.holds if check.hold.flag("forced")), None)
    if forced is not None:
        text = "{order} is blocked by the forced hold {hold}; every check is clear."
        return Sentence(text, {"order": order, "hold": forced.cell("hold_id")})
    return Sentence("{order} is blocked, but every check is clear.", {"order": order})


def _advice(judged: Classified) -> Sentence:
    path = judged.recommendation.disposition
    clear = not judged.findings and not judged.unknown
    if path == "ship" and clear and _state(judged) == "is not on hold":
        return Sentence("Nothing has to be decided.")
    figures: dict[str, Bound] = {
        "path": word("path", path),
        "role": word("role", named(judged.owner.role)),
    }
    who = "{role}"
    if judged.owner.user_id is not None and judged.owner.rows:
        figures["person"] = judged.owner.rows[0].cell("user_id")
        who = "{role} ({person})"
    return Sentence(ADVICE[path].replace("{who}", who), figures)


def _others(judged: Classified) -> list[Sentence]:
    """The classes beside the first sentence: what else was found, and what is not known."""
    order = judged.settings.general.primary_order
    told = []
    others = sorted({f.cls for f in judged.findings} - {judged.primary}, key=order.index)
    if others:
        names = ", ".join(named(name) for name in others)
        told.append(Sentence("Also found: {others}.", {"others": word("others", names)}))
    gaps = [gap.check for gap in judged.unknown][0 if judged.findings else 1 :]
    if gaps:
        names = ", ".join(named(name) for name in gaps)
        told.append(Sentence("Not known: {gaps}.", {"gaps": word("gaps", names)}))
    return told


def net_value(judged: Classified) -> Figure | None:
    """The order's net value in its own currency; None where it is not known."""
    case = judged.case
    try:
        currency = case.order.text("currency") or ""
        return order_value(case.book, case.order, currency=currency, on=case.today, gross=False)
    except NotKnown:
        return None


def _header(judged: Classified) -> Sentence:
    case = judged.case
    figures: dict[str, Bound] = {"order": case.order.cell("order_id")}
    text = "{order}"
    if case.order.text("customer_ref"):
        text, figures["ref"] = text + " (customer order {ref})", case.order.cell("customer_ref")
    if case.customer is not None and case.customer.text("name"):
        text, figures["customer"] = text + " of {customer}", case.customer.cell("name")
    net = net_value(judged)
    if net is not None:
        text, figures["value"] = text + ", net {value}", net
    due = [cell for line in case.lines if (cell := promise(case.book, line)) is not None]
    if due:
        figures["promise"] = min(due, key=lambda cell: str(cell.value))
        text += ", promised for {promise}"
    return Sentence(text + ".", figures)


def note(judged: Classified) -> list[tuple[Sentence, tuple[Row, ...]]]:
    """The internal note: header, each finding with what clears it, holds, gaps; rows to cite."""
    order = judged.case.order
    sentences: list[tuple[Sentence, tuple[Row, ...]]] = [(_header(judged), (order,))]
    for finding in sorted(judged.findings, key=lambda f: f.cls != judged.primary):
        rows = tuple(finding.citations) or (order,)
        sentences.append((finding.statement, rows))
        sentences.append((finding.clears_when.text, rows))
    sentences += [(check.note, (check.hold,)) for check in judged.holds]
    for n, gap in enumerate(judged.unknown):
        check = word(f"gap.{n}", named(gap.check))
        why = Figure(f"not_known.{n}.reason", gap.why, "text", "by rule: evidence gap")
        text = Sentence("Not known: {check}; {why}.", {"check": check, "why": why})
        sentences.append((text, (order,)))
    sentences += [(remark.note, remark.citations or (order,)) for remark in _told(judged)]
    sentences.append((_advice(judged), (order,)))
    return sentences


def _told(judged: Classified) -> list[DataNote]:
    """The data notes that the internal note tells: a few of each kind; the packet has them all."""
    told: list[DataNote] = []
    for remark in judged.notes:
        if sum(other.code == remark.code for other in told) < NOTES_OF_A_KIND:
            told.append(remark)
    return [remark for remark in told if remark.code != "absent_table"]


def message(judged: Classified) -> tuple[str, list[Sentence]]:
    """The customer message, locked: its language and sentences. It states no reason and no date."""
    case = judged.case
    country = case.customer.text("country") if case.customer else None
    language = LANGUAGE_OF.get(country or "", "en")
    column = "customer_ref" if case.order.text("customer_ref") else "order_id"
    first, second = MESSAGES[language]
    return language, [Sentence(first, {"ref": case.order.cell(column)}), Sentence(second)]
