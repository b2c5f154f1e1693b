"""Where a process is killed: before, inside and after each node, and around every commit.

A point names a function and whether the process ends as it is called or as it has returned. The
process kills itself there with SIGKILL, so that nothing is flushed, closed or rolled back.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from agent import nodes
from agent.app.threads import Threads
from agent.desk import audit, decisions, packets
from agent.desk.head import Head
from agent.graph import NODES
from agent.nodes import Nodes
from evals.durability.world import PlainStages

EARLIER = ("intake", "gather", "classify", "draft", "verify", "guard")
"""Nodes that call a stage; approve and record call the desk."""


@dataclass(frozen=True, slots=True)
class Point:
    """A function of `owner`, before or after whose call the process is killed."""

    name: str
    owner: Any
    function: str
    after: bool
    call: int = 1
    """At which call of it, the first being 1."""


def points(saver: type) -> list[Point]:
    """Every point; `saver` is the class that writes the checkpoints."""
    found = [
        Point(f"{'after' if after else 'before'} {node}", Nodes, node, after)
        for node in NODES
        for after in (False, True)
    ]
    found += [Point(f"inside {node}", PlainStages, node, False) for node in EARLIER]
    return [
        *found,
        Point("inside approve", nodes, "approval_request", False),
        Point("inside record", nodes, "record_outcome", False),
        Point("packet stored, node not left", packets, "save", True),
        Point("checkpoint not written", saver, "put", False),
        Point("checkpoint written, its interrupt not", saver, "put", True),
        Point("interrupt written", saver, "put_writes", True),
        Point("waiting not marked", packets, "mark_waiting", False),
        Point("waiting marked", packets, "mark_waiting", True),
        Point("decision not begun", decisions, "decide", False),
        Point("inside the transaction of the decision", audit, "append", True, call=3),
        Point("decision committed, head not written", Head, "follow", False, call=3),
        Point("decision committed, head written", Head, "follow", True, call=3),
        Point("decision committed, no reply", decisions, "decide", True),
        Point("thread not resumed", Threads, "resume", False),
        Point("thread resumed", Threads, "resume", True),
        Point("case closed, node not left", nodes, "record_outcome", True),
        Point("end not marked", packets, "mark_resumed", False),
        Point("end marked", packets, "mark_resumed", True),
    ]


def set_trap(point: Point) -> None:
    """Let this process end at the point."""
    original: Callable[..., Any] = getattr(point.owner, point.function)
    left = [point.call]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            end_here()

    @wraps(original)
    def trapped(*args: Any, **named: Any) -> Any:
        if not point.after:
            count()
        result = original(*args, **named)  # an interrupt leaves approve without returning
        if point.after:
            count()
        return result

    setattr(point.owner, point.function, trapped)


def end_here() -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)
