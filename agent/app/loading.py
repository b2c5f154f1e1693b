"""The functions behind `load`, `template` and `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from agent.app.desk_place import desk_place
from tools.errors import BadInput, HolddeskError
from tools.snapshot import Snapshot, current_snapshot, pointer
from tools.sources import template, wwi
from tools.sources.folder import left_alone
from tools.sources.publish import Stage, folder_stage, publish

__all__ = ["DoctorReport", "LoadReport", "doctor", "load", "write_template"]

CANONICAL = "canonical"
PROFILES = (CANONICAL, wwi.NAME)

DEFINING = {
    "credit_hold": ("credit_accounts", "invoices"),
    "stock_shortage": ("stock",),
    "customer_priority_conflict": ("stock",),
    "substitution_need": ("stock",),
    "price_mismatch": ("prices",),
    "route_risk": ("routes", "route_runs"),
    "compliance_issue": ("compliance_checks",),
    "approval_gap": ("staff",),
}
"""The tables without which a check is not known."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did. `tables` counts kept rows, `quarantined` all rows set aside."""

    snapshot: str
    source: str
    profile: str
    tables: dict[str, int]
    quarantined: int
    quarantine: list[dict[str, object]]
    warnings: list[str]
    loaded_at: datetime

    def as_json(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return {**asdict(self), "loaded_at": self.loaded_at.isoformat()}


def _stage(source: Path, profile: str | None) -> tuple[str, Stage]:
    if profile not in (None, *PROFILES):
        raise BadInput(f"there is no profile {profile}; known are {', '.join(PROFILES)}")
    if profile == wwi.NAME or (profile is None and wwi.recognises(source)):
        return wwi.NAME, wwi.stage(source)
    return CANONICAL, folder_stage(source)


def load(source: Path, home: Path, profile: str | None = None) -> LoadReport:
    """Load a folder into a new snapshot of the home and point at it.

    Args:
        source: folder of canonical tables, or of the profile's own files.
        home: state folder; made where it is missing.
        profile: how to map the source; None finds out.

    Raises:
        BadInput: the source, the profile or the home is wrong; the last snapshot stays.
        Unavailable: the snapshot could not be written; the last one stays.
    """
    loaded_at = datetime.now(UTC)
    used, stage = _stage(source, profile)
    done = publish(stage, home, source.resolve().name, loaded_at)
    return LoadReport(
        done.snapshot,
        str(source),
        used,
        done.tables,
        done.quarantined,
        done.quarantine,
        done.warnings + (left_alone(source) if used == CANONICAL else []),
        loaded_at,
    )


def write_template(folder: Path) -> list[Path]:
    """Write the smallest folder that loads and works, with dates around today.

    Raises:
        BadInput: a file is there already, or the folder cannot be written.
    """
    return template.write_template(folder, datetime.now(UTC).date())


@dataclass(frozen=True)
class DoctorReport:
    """The state of a home: `errors` are red, `warnings` leave something not known.

    `not_known` names, for each check that no order can be judged by, the tables that are absent.
    """

    snapshot: str | None
    loaded_at: str | None
    source: str | None
    present: list[str]
    absent: list[str]
    not_known: dict[str, list[str]]
    quarantined: dict[str, int]
    freshness: list[dict[str, object]]
    errors: list[str]
    warnings: list[str]
    desk: str = ""
    """Where cases and decisions are kept, and at which revision."""

    @property
    def healthy(self) -> bool:
        """Nothing is red."""
        return not self.errors

    def as_json(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return {"healthy": self.healthy, **asdict(self)}


def _no_lists(required_lists: Sequence[str]) -> list[str]:
    if required_lists:
        return []
    return [
        "compliance.required_lists is empty: a screening against any one list counts; "
        "name the lists that your company must screen against in rules.yaml of the home"
    ]


def freshness(snapshot: Snapshot) -> list[dict[str, object]]:
    """When each table was extracted, by source."""
    names, rows = snapshot.select(
        'SELECT "table", source_system, extracted_at, rows FROM main.source_freshness '
        'ORDER BY "table", source_system',
        {},
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        at = row["extracted_at"]
        row["extracted_at"] = f"{at.isoformat()}+00:00" if isinstance(at, datetime) else None
    return found


def doctor(home: Path, required_lists: Sequence[str] = ()) -> DoctorReport:
    """Examine a home: does the snapshot open, what is missing, what was set aside.

    Args:
        home: state folder.
        required_lists: the screening lists of the company's rules; none is an error.
    """
    errors = _no_lists(required_lists)
    desk, unreachable = _desk(home)
    errors += unreachable
    try:
        where = pointer(home)
        with current_snapshot(home) as snapshot:
            return replace(_examined(snapshot, where, errors), desk=desk)
    except HolddeskError as error:
        return DoctorReport(None, None, None, [], [], {}, {}, [], [str(error), *errors], [], desk)


def _desk(home: Path) -> tuple[str, list[str]]:
    try:
        return desk_place(home).check(), []
    except HolddeskError as error:
        return "", [str(error)]


def _examined(snapshot: Snapshot, where: dict[str, str], errors: list[str]) -> DoctorReport:
    absent = [name for name, info in snapshot.tables.items() if not info.present]
    lacking = {check: [t for t in needs if t in absent] for check, needs in DEFINING.items()}
    not_known = {check: missing for check, missing in lacking.items() if missing}
    quarantined = {n: info.quarantined for n, info in snapshot.tables.items() if info.quarantined}
    warnings = [
        f"{check} is not known for any order: {', '.join(missing)} missing"
        for check, missing in not_known.items()
    ]
    warnings += [f"{n}: {count} rows are quarantined" for n, count in quarantined.items()]
    return DoctorReport(
        snapshot.id,
        where["loaded_at"],
        where["source"],
        [name for name in snapshot.tables if name not in absent],
        absent,
        not_known,
        quarantined,
        freshness(snapshot),
        errors,
        warnings,
    )
