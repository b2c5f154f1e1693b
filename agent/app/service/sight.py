"""A packet as one person sees it, what changed since its last version included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.review.masking import Mask, masked_packet
from tools.view import HIDDEN, View, shown_row

Json = Mapping[str, Any]


def seen_packet(packet: Json, view: View) -> dict[str, Any]:
    """The packet with what this view hides said to be hidden."""
    made = masked_packet(packet, view)
    if not made["view"]["hidden"]:
        return made
    if isinstance(packet.get("changes"), Mapping):
        made["changes"] = _changes(packet, view)
    if "edits" in packet:  # texts as typed, without their sources; the note has them with sources
        made["edits"] = HIDDEN
    return made


def _changes(packet: Json, view: View) -> dict[str, Any]:
    mask = Mask(view, packet["calculations"], packet["evidence"])
    changes = packet["changes"]

    def figure(one: Json) -> Json:
        source = packet["bindings"].get(one["path"])
        shown = source is not None and not mask.because(source)
        return one if shown else {**one, "before": HIDDEN, "after": HIDDEN}

    def row(one: Json) -> Json:
        table = one["ref"].partition("/")[0]
        sides = {
            side: None if one[side] is None else shown_row(view, table, one[side])
            for side in ("before", "after")
        }
        return {**one, **sides}

    return {
        **changes,
        "figures": [figure(one) for one in changes.get("figures", ())],
        "rows": [row(one) for one in changes.get("rows", ())],
    }
