"""Parameters of a decision in one form each, so that the same intent has the same hash.

An approval binds to the hash. `lines` and `amount` name the part that goes at once; `conditions`
hold back the rest (or all, where no part is named); `until` ends a limit, a waiver or a snooze.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from agent.desk.models import canonical
from tools.errors import BadInput

AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?\s*([A-Za-z]{3})\Z")
CONDITIONS = '"payment 12400 EUR", "document NAME" or "goods SKU QUANTITY"'
TEXTS = ("note", "message")
"""Parameters of an edit."""


def normalised(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in their one form; what has no form of its own stays as it is.

    Raises:
        BadInput: a value cannot be read; the sentence says how to write it.
    """
    made = {
        name: _FORMS[name](value) if name in _FORMS else value
        for name, value in given.items()
        if value not in (None, "", [], ())
    }
    try:
        canonical(made)
    except TypeError as error:
        raise BadInput(f"the parameters are not plain JSON: {error}") from error
    return made


def digest(parameters: Mapping[str, Any]) -> str:
    """SHA-256 of normalised parameters."""
    return hashlib.sha256(canonical(dict(parameters))).hexdigest()


def amount(value: object) -> dict[str, str]:
    """An amount with its currency: "40,000 EUR" is {"value": "40000", "currency": "EUR"}."""
    if isinstance(value, Mapping) and set(value) == {"value", "currency"}:
        value = f"{value['value']} {value['currency']}"
    found = AMOUNT.fullmatch(str(value).strip())
    if found is None:
        raise BadInput(f'{value} is no amount; write it with its currency: "40000.50 EUR"')
    number = Decimal(found[1].replace(",", "") + (found[2] or ""))
    if not number:
        raise BadInput(f"{value}: the amount has to be above 0")
    return {"value": _plain(number), "currency": found[3].upper()}


def instant(value: object) -> datetime:
    """A time with its zone.

    Raises:
        BadInput: it is none, or names no zone.
    """
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(f"{value!r} is no time: write it as 2026-03-02T14:00:00+01:00") from error
    if found.tzinfo is None:
        raise BadInput(f"{value!r} names no time zone")
    return found


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _lines(value: object) -> list[int]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        parts = [parts]
    try:
        return sorted({int(str(part).strip()) for part in parts})
    except ValueError:
        raise BadInput(f"{value} are no line numbers; write them as 10,20") from None


def _until(value: object) -> str:
    text = str(value)
    if len(text) > 10:
        return instant(text).astimezone(UTC).isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(
            f"{text!r} is no date or time: write it as 2026-03-31 or 2026-03-02T14:00:00+01:00"
        ) from None


def _conditions(value: object) -> list[dict[str, Any]]:
    parts = value if isinstance(value, list | tuple) else [value]
    made = {canonical(one): one for one in map(_condition, parts)}
    return [made[key] for key in sorted(made)]


def _condition(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        value = " ".join(_worded(value))
    kind, _, rest = str(value).strip().partition(" ")
    rest = " ".join(rest.split())
    if kind.lower() == "payment" and rest:
        return {"kind": "payment", "amount": amount(rest)}
    if kind.lower() == "document" and rest:
        return {"kind": "document", "name": rest}
    sku, _, quantity = rest.partition(" ")
    if kind.lower() == "goods" and re.fullmatch(r"[0-9]+(\.[0-9]+)?", quantity):
        return {"kind": "goods", "sku": sku, "quantity": _plain(Decimal(quantity))}
    raise BadInput(f"{value} is no condition; write {CONDITIONS}")


def _worded(value: Mapping[str, Any]) -> list[str]:
    rest = value.get("amount")
    if isinstance(rest, Mapping):
        return [str(value.get("kind")), str(rest.get("value")), str(rest.get("currency"))]
    return [str(value.get(key, "")) for key in ("kind", "name", "sku", "quantity") if key in value]


def worded(parameters: Mapping[str, Any]) -> str:
    """The parameters of an approval for a person: what goes now, and what the rest waits for."""
    said = []
    if "class" in parameters:
        named = [parameters["class"], parameters.get("code", "")]
        line = f" line {parameters['line_no']}" if "line_no" in parameters else ""
        said.append(" ".join(named).replace("_", " ") + line)
    if "worst" in parameters:
        said[-1:] = [f"{' '.join(said)} up to {parameters['worst']} {parameters['unit']}"]
    if "lines" in parameters:
        said.append("lines " + ", ".join(map(str, parameters["lines"])))
    if "amount" in parameters:
        said.append(f"{parameters['amount']['value']} {parameters['amount']['currency']}")
    part = " of ".join(reversed(said))
    if parameters.get("conditions"):
        rest = "the rest " if said else ""
        waits = " and ".join(" ".join(_worded(one)) for one in parameters["conditions"])
        part = f"{part + ' now, ' if part else ''}{rest}after {waits}"
    if "until" in parameters:
        part = f"{part} until {parameters['until']}".strip()
    return part


_FORMS: dict[str, Callable[[Any], Any]] = {
    "lines": _lines,
    "amount": amount,
    "until": _until,
    "conditions": _conditions,
}
