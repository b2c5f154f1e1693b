"""Show load and doctor reports to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType

from agent.app.output import counted, indented, plain_text, table

Json = Mapping[str, Any]
SHOWN = 10


def load_view(report: Json) -> Group:
    """What a load kept, what it set aside and why, what looks odd."""
    kept = [(name, f"{count:,}") for name, count in report["tables"].items()]
    parts: list[RenderableType] = [table("", ("table", ">rows"), kept)]
    aside = [(q["table"], q["file"], q["row"], q["column"] or "", q["reason"])
             for q in report["quarantine"][:SHOWN]]  # fmt: skip
    if aside:
        first = f", the first {SHOWN}" if report["quarantined"] > SHOWN else ""
        title = f"\nset aside: {counted(report['quarantined'], 'row')}{first}"
        parts.append(table(title, ("table", "file", ">row", "column", "reason"), aside))
    parts += [plain_text(f"warning: {text}") for text in report["warnings"]]
    parts.append(
        plain_text(
            f"snapshot {report['snapshot']}; {counted(report['quarantined'], 'row')} set aside"
        )
    )
    return Group(*parts)


def doctor_view(report: Json) -> Group:
    """What has to be repaired, what no order can be judged by, and how old each table is."""
    return Group(*_doctor(report))


def _doctor(report: Json) -> Iterator[RenderableType]:
    if report["snapshot"]:
        yield plain_text(
            f"snapshot {report['snapshot']} of {report['source']}, loaded {report['loaded_at']}"
        )
    if report["desk"]:
        yield plain_text(f"desk {report['desk']}")
    state = "nothing has to be repaired" if report["healthy"] else "to repair:"
    yield plain_text(state)
    yield from (indented(text) for text in report["errors"])
    if report["warnings"]:
        yield plain_text("to know:")
        yield from (indented(text) for text in report["warnings"])
    if report["present"]:
        yield plain_text(f"{counted(len(report['present']), 'table')}:")
        yield indented(", ".join(report["present"]))
    if report["absent"]:
        yield plain_text("absent (what needs them is not known or judged without them):")
        yield indented(", ".join(report["absent"]))
    rows = [(r["table"], r["source_system"], r["extracted_at"] or "not known", r["rows"])
            for r in report["freshness"]]  # fmt: skip
    if rows:
        yield table("\nas delivered", ("table", "from", "extracted at", ">rows"), rows)
