"""The functions behind `policy check`: every setting, where it comes from, and who changed it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agent.app.home import open_home
from agent.app.output import emit_json, indented, say
from policies.settings import Rules, Settings, for_company, load_rules
from policies.version import policy_version


def _plain(value: Any) -> Any:
    """A setting's value as JSON: decimals as strings, within lists and mappings as well."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting of a model by its key, such as `price.tolerance_pct`."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{path}{name}.")
        else:
            yield f"{path}{name}", field


def _value(settings: Settings, key: str) -> Any:
    found: Any = settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def settings_of(rules: Rules) -> list[dict[str, Any]]:
    """Every setting: value, unit, meaning, default, rule of `rules.md`, companies of their own."""
    shipped = load_rules()
    own = {company: for_company(rules, company) for company in sorted(rules.companies)}
    rows = []
    for key, field in _fields(Settings):
        value, usual = _value(rules, key), _value(shipped, key)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        overrides = {c: _value(settings, key) for c, settings in own.items()}
        rows.append({
            "key": key, "value": _plain(value), "unit": extra.get("unit"),
            "meaning": field.description or "", "default": _plain(usual),
            "source": extra.get("rule"), "changed": value != usual,
            "companies": {c: _plain(v) for c, v in overrides.items() if v != value},
        })  # fmt: skip
    return rows


def _written(value: Any) -> str:
    """A value as `rules.yaml` has it."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _shown(row: dict[str, Any]) -> str:
    unit = f" {row['unit']}" if row["unit"] and row["value"] is not None else ""
    usual = f"  (default {_written(row['default'])})" if row["changed"] else ""
    return f"{row['key']} = {_written(row['value'])}{unit}{usual}"


def show_settings(where: Path, rules_file: Path | None, json: bool) -> None:
    """Print every setting; a wrong value ends with the key that is wrong."""
    rules = open_home(where).rules(rules_file)
    rows = settings_of(rules)
    if json:
        emit_json({"policy_version": policy_version(rules), "settings": rows,
                   "companies": sorted(rules.companies)})  # fmt: skip
        return
    for row in rows:
        say(_shown(row), indented(f"{row['source']}: {row['meaning']}", 4))
        for company, value in row["companies"].items():
            say(indented(f"company {company}: {_written(value)}", 4))
    say(f"policy version {policy_version(rules)}")
