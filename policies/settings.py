"""The settings of the checks: `rules.yaml` read, validated, overridden by company and by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import shorten
from typing import Any

import yaml
from pydantic import Field, ValidationError

from policies.settings_model import ExceptionClass, Settings
from tools.errors import BadInput

__all__ = [
    "ExceptionClass", "Rules", "Settings", "default_text", "for_company", "load_rules",
    "parse_rules", "rules_hash", "with_settings",
]  # fmt: skip


class Rules(Settings):
    """The file: settings, and overrides by company."""

    companies: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="overrides by company_id, of the same shape"
    )


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _decimals(node: Any) -> Any:
    """YAML floats as decimals of the same text."""
    if isinstance(node, float):
        return Decimal(repr(node))
    if isinstance(node, dict):
        return {key: _decimals(value) for key, value in node.items()}
    return [_decimals(value) for value in node] if isinstance(node, list) else node


def _sentence(name: str, error: ValidationError, within: str = "") -> str:
    first = error.errors()[0]
    key = within + ".".join(str(part) for part in first["loc"])
    where = f"{name}: {key}" if key else name
    found = shorten(repr(first["input"]), 80, placeholder=" …")
    return f"{where}: {first['msg']} (found {found}); correct the key and try again"


def _validated(body: Any, name: str) -> Rules:
    """The rules with every company's overrides tried out, so that a wrong one ends the load."""
    try:
        rules = Rules.model_validate(_decimals(body))
    except ValidationError as error:
        raise BadInput(_sentence(name, error)) from error
    for company_id in rules.companies:
        for_company(rules, company_id, name)
    return rules


def parse_rules(text: str, name: str = "rules.yaml") -> Rules:
    """Validate the text of a rules file, the overrides of companies included.

    Raises:
        BadInput: the sentence names the file and the first wrong key.
    """
    return _validated(_yaml_of(text, name), name)


def _yaml_of(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BadInput(f"{name}: not YAML: {str(error).splitlines()[0]}") from error


@cache
def default_text() -> str:
    """The text of the shipped `rules.yaml`."""
    return (files("policies") / "rules.yaml").read_text(encoding="utf-8")


def load_rules(path: Path | None = None) -> Rules:
    """The shipped rules, with the keys that a file sets over them."""
    if path is None:
        return parse_rules(default_text())
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {path}; name one that is there with --rules") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text") from error
    body = _yaml_of(text, path.name)
    if not isinstance(body, dict):
        raise BadInput(f"{path.name}: not a mapping of sections; see holddesk policy check")
    return _validated(_merge(_yaml_of(default_text(), "rules.yaml"), body), path.name)


def for_company(rules: Rules, company_id: str | None, name: str = "rules.yaml") -> Settings:
    """The settings of a company: the common ones with its overrides.

    Raises:
        BadInput: an override is wrong; the sentence names `name` and the key in full.
    """
    over = rules.companies.get(company_id or "", {})
    body = rules.model_dump(exclude={"companies"})
    try:
        return Settings.model_validate(_merge(body, _decimals(over)))
    except ValidationError as error:
        raise BadInput(_sentence(name, error, f"companies.{company_id}.")) from error


def rules_hash(rules: Rules) -> str:
    """SHA-256 of the rules as validated: two files that mean the same hash alike."""
    return hashlib.sha256(rules.model_dump_json().encode()).hexdigest()


def _yaml_value(text: str, value: str) -> Any:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise BadInput(f"--set {text}: {value} is no value in YAML; put it in quotes") from error


def with_settings(rules: Rules, assignments: Sequence[str]) -> Rules:
    """The rules with some keys set, each written `section.key=value` (the value as YAML).

    Raises:
        BadInput: not of that form, an unknown key, or a wrong value.
    """
    if not assignments:
        return rules
    body = rules.model_dump()
    for text in assignments:
        path, mark, value = text.partition("=")
        if not mark or "." not in path:
            raise BadInput(
                f"--set {text}: write it as section.key=value, such as credit.scope=group"
            )
        over: Any = _yaml_value(text, value)
        for part in reversed(path.split(".")):
            over = {part: over}
        body = _merge(body, over)
    return _validated(body, "--set")
