"""Pages: one environment of templates, escaped always; and what every page shows around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from agent.app.console.assets import asset
from agent.app.output import counted, words
from agent.app.service.identity import Who, office_of
from agent.app.service.rights import Right
from agent.review.render import render_value

THEMES = ("auto", "light", "dark")
NAV: tuple[tuple[str, str, Right, str], ...] = (
    ("/queue", "Queue", Right.READ, "q"),
    ("/ask", "Ask", Right.READ, "k"),
    ("/policies", "Policies", Right.READ, "p"),
    ("/audit", "Audit", Right.AUDIT, "u"),
    ("/sources", "Sources", Right.READ, "s"),
    ("/admin", "Admin", Right.ADMIN, "a"),
)
"""Path, name, the right that it needs, and the key after G."""


def amount(value: object, unit: str | None) -> str:
    """A figure of a packet as text: amounts with their currency, quantities with their unit."""
    if value is None:
        return "not known"
    try:
        return render_value(Decimal(str(value)), unit or "", "en", None)
    except InvalidOperation:
        return str(value)


def day(value: object) -> str:
    """A date as text: Thu 12 Mar; the year where it is not this one is left to the tooltip."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return "not known" if value is None else str(value)
    return f"{found:%a} {found.day} {found:%b}"


def moment(value: object, zone: str = "UTC") -> str:
    """A moment in the local time of a zone."""
    if value is None:
        return "not known"
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    local = found.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def setting(value: object) -> str:
    """A setting's value as a person writes it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {setting(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(setting, value)) or "none"
    named = {None: "none", True: "yes", False: "no"}
    return named[value] if value is None or isinstance(value, bool) else str(value)


def address(path: str, **parameters: object) -> str:
    """A path with a query, parts that are empty left out."""
    kept = {name: value for name, value in parameters.items() if value not in (None, "", False)}
    return path + (f"?{urlencode(kept, doseq=True)}" if kept else "")


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=PackageLoader("agent.app.console"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "setting": setting, "words": words, "amount": amount, "day": day, "moment": moment,
        "path": lambda text: quote(str(text), safe=""),
    }  # fmt: skip
    made.globals |= {"asset": asset, "address": address, "counted": counted}
    return made


@dataclass(frozen=True)
class Look:
    """How somebody wants the console: theme, and whether single keys work."""

    theme: str = "auto"
    keys: bool = True

    @staticmethod
    def of(request: Request) -> Look:
        """As the cookies say."""
        theme = request.cookies.get("theme", "auto")
        return Look(theme if theme in THEMES else "auto", request.cookies.get("keys") != "off")


def page(
    request: Request,
    who: Who | None,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HTMLResponse:
    """A page of the console, or a part of one.

    Args:
        request: what was asked.
        who: who is signed in; None on the page to sign in.
        template: its file.
        context: what it shows.
        status: of the answer.
    """
    office = office_of(request)
    around = {
        "who": who,
        "nav": [item for item in NAV if who and who.has(item[2])],
        "here": request.scope["path"],
        "look": Look.of(request),
        "demo": office.home.demo,
        "rights": {right.value for right in Right if who and who.has(right)},
        "csrf": who.csrf if who else "",
    }
    text = environment().get_template(template).render({**around, **context})
    return HTMLResponse(text, status)
