"""The functions behind `policy check` and `policy explain`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.app.home import open_home
from agent.app.output import emit_json, indented, say
from policies.settings import Rules, Settings, load_rules
from policies.version import policy_version


def _settings(
    model: type[BaseModel], body: BaseModel, default: BaseModel, path: str
) -> Iterator[dict[str, Any]]:
    for name, field in model.model_fields.items():
        value, usual = getattr(body, name), getattr(default, name)
        key = f"{path}{name}"
        if isinstance(value, BaseModel):
            yield from _settings(type(value), value, usual, f"{key}.")
        else:
            shown = value if isinstance(value, int | str | bool | None) else str(value)
            yield {
                "key": key, "value": shown, "default": str(usual),
                "meaning": field.description or "", "changed": value != usual,
            }  # fmt: skip


def settings_of(rules: Rules) -> list[dict[str, Any]]:
    """Every setting with its value, default and meaning."""
    return list(_settings(Settings, rules, load_rules(), ""))


def show_settings(where: Path, rules_file: Path | None, json: bool) -> None:
    """Print every setting; a wrong value ends with the key that is wrong."""
    rules = open_home(where).rules(rules_file)
    rows = settings_of(rules)
    if json:
        emit_json({"policy_version": policy_version(rules), "settings": rows,
                   "companies": sorted(rules.companies)})  # fmt: skip
        return
    for row in rows:
        usual = f"  (default {row['default']})" if row["changed"] else ""
        say(f"{row['key']} = {row['value']}{usual}", indented(row["meaning"], 4))
    say(f"policy version {policy_version(rules)}")
