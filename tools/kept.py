"""Snapshots of the past: those that decisions cite stay in the home, and are found by their id."""

from __future__ import annotations

from pathlib import Path

from tools.errors import Unavailable
from tools.snapshot import SNAPSHOTS, Snapshot, valid_snapshot


def kept_snapshot(home: Path, snapshot_id: str) -> Snapshot:
    """Open the snapshot of an id, once its content is found to hash to that id.

    Raises:
        Unavailable: it is not in the home any more, or its file was changed.
    """
    files = sorted((home / SNAPSHOTS).glob(f"{snapshot_id}*.duckdb"))
    for file in files:
        if valid_snapshot(file, snapshot_id):
            return Snapshot.open(file)
    if files:
        raise Unavailable(f"the file of snapshot {snapshot_id} was changed; restore it to replay")
    raise Unavailable(
        f"snapshot {snapshot_id} is not in {home / SNAPSHOTS} any more; restore it to replay"
    )
