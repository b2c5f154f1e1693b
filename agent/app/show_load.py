"""Show load and doctor reports to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType

from agent.app.output import plain_text, table

Json = Mapping[str, Any]
SHOWN = 10


def load_view(report: Json) -> Group:
    """What a load kept, what it set aside and why, what looks odd."""
    kept = [(name, f"{count:,}") for name, count in report["tables"].items()]
    parts: list[RenderableType] = [table("", ("table", ">rows"), kept)]
    aside = [(q["table"], q["file"], q["row"], q["column"] or "", q["reason"])
             for q in report["quarantine"][:SHOWN]]  # fmt: skip
    if aside:
        title = f"\nset aside: {report['quarantined']:,} rows"
        parts.append(table(title, ("table", "file", ">row", "column", "reason"), aside))
    parts += [plain_text(f"warning: {text}") for text in report["warnings"]]
    parts.append(
        plain_text(f"snapshot {report['snapshot']}; {report['quarantined']:,} rows set aside")
    )
    return Group(*parts)


def doctor_view(report: Json) -> Group:
    """What the data can answer, check by check, and what it lacks."""
    return Group(*(plain_text(line) for line in _lines(report)))


def _lines(node: object, indent: int = 0) -> list[str]:
    pad = "  " * indent
    if isinstance(node, Mapping):
        lines = []
        for key, value in node.items():
            name = str(key).replace("_", " ")
            if isinstance(value, Mapping | list) and value:
                lines += [f"{pad}{name}:", *_lines(value, indent + 1)]
            else:
                lines.append(f"{pad}{name}: {'none' if value in ({}, [], None) else value}")
        return lines
    if isinstance(node, list):
        return [line for item in node for line in _lines(item, indent)]
    return [f"{pad}{node}"]
