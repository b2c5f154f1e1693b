"""A small company with a past: dated orders, and holds of them as people found them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent.app.home import write_home
from agent.app.loading import load
from evals.replay.holds import PastHold
from evals.replay.judge import Judgement
from evals.replay.score import Pair
from tests.builders import AS_OF, BASE

PLACED = "2026-03-02T09:00:00+01:00"
HISTORY = """hold_id,order_id,classes,owner_role,disposition,placed_at,promised_on,shipped_on,claim_opened
H-1,SO-1,stock_shortage,warehouse,wait,2026-03-02T09:00:00+01:00,2026-03-06,2026-03-06,false
H-2,SO-0,credit_hold,credit_control,hold,2026-01-05T09:00:00+01:00,2026-01-09,2026-01-12,false"""
RECORDED = "2026-03-01T08:00:00+01:00"


def dated(table: str, recorded: str = RECORDED) -> str:
    """The base company's table, every row with the moment when it became known."""
    header, *rows = BASE[table].splitlines()
    return "\n".join([f"{header},recorded_at", *(f"{row},{recorded}" for row in rows)])


def a_home(folder: Path, **tables: str) -> Path:
    """A home of the company: 60 of the 100 pieces of SO-1 are there when it is held."""
    stock = dated("stock").replace(",1000,0", ",60,0")
    changed = {"orders": dated("orders"), "stock": stock, "hold_history": HISTORY, **tables}
    source = folder / "company"
    source.mkdir(parents=True)
    for name, text in {**BASE, **changed}.items():
        if text:
            (source / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    home = folder / "home"
    write_home(home, demo=True, pinned=AS_OF.replace(month=6))
    load(source, home, None)
    return home


def pair(found: str, judged: str, *, decided: str = "", said: str = "", bad: bool = False) -> Pair:
    """A hold and its judgement; classes are comma separated, the primary one first."""
    placed = datetime.fromisoformat(PLACED)
    truth = tuple(filter(None, found.split(",")))
    names = tuple(filter(None, judged.split(",")))
    hold = PastHold("H-1", "SO-1", placed, truth, "", decided, bad)
    primary = names[0] if names else ""
    return Pair(hold, Judgement("H-1", "SO-1", "judged", "", names, primary, "", said))
