"""Moments as people at the order's site read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from agent.desk.models import Packet


def local(found: Packet, moment: datetime) -> str:
    """A moment to the minute, on the clock of the site of the packet's order."""
    zone = ZoneInfo(str(found.body.get("timezone") or "UTC"))
    return moment.astimezone(zone).isoformat(timespec="minutes")
