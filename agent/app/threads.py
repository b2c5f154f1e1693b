"""The threads of the graph: one for each packet version, with their checkpoints.

A thread is resumed only where exactly its own interrupt is pending: langgraph starts a new run
without a word on a thread that it does not know, and runs the rest twice for two who resume.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.app.checkpoints import Checkpoints, open_checkpoints
from agent.desk import packets
from agent.desk.store import Desk
from agent.graph import GRAPH_VERSION, Stages, build_graph
from agent.nodes import Redraft
from tools.errors import Refused

ATTEMPTS = 3
"""Versions that are tried while the evidence changes under the draft."""


@dataclass(slots=True)
class Threads:
    """The compiled graph with its checkpoints."""

    graph: Any
    desk: Desk
    checkpoints: Checkpoints

    def drive(self, case_id: str, order_id: str, as_of: datetime) -> str:
        """Run a case from intake to the interrupt; returns the id of the packet that waits.

        Raises:
            Refused: the evidence kept changing, or the case is decided meanwhile.
        """
        for _ in range(ATTEMPTS):
            with self.desk.read() as session:
                version = packets.next_version(session, case_id)
            packet_id = packets.packet_id_of(order_id, version)
            try:
                self.start(case_id, order_id, packet_id, version, as_of)
            except Redraft:
                continue
            if self.pending(packet_id) is None:
                raise Refused(f"{packet_id} did not come to wait for a decision")
            packets.mark_waiting(self.desk, packet_id)
            return packet_id
        raise Refused(f"the evidence of {order_id} changed {ATTEMPTS} times while it was drafted")

    def pending(self, thread_id: str) -> str | None:
        """The id of the one interrupt at approve that the thread waits at, in this graph."""
        found = self.graph.get_state(_config(thread_id))
        interrupts = [one for task in found.tasks for one in task.interrupts]
        if found.next != ("approve",) or len(interrupts) != 1:
            return None
        if found.values.get("graph_version") != GRAPH_VERSION:
            return None
        return str(interrupts[0].id)

    def resume(self, thread_id: str, decision_id: str) -> bool:
        """Hand the id of a decision to the thread; False where it does not wait for one."""
        from langgraph.types import Command

        interrupt_id = self.pending(thread_id)
        if interrupt_id is None:
            return False
        answer: Any = Command(resume={interrupt_id: {"decision_id": decision_id}})
        self.graph.invoke(answer, _config(thread_id), durability="exit")
        return True

    def close(self) -> None:
        """Let the checkpoints go."""
        self.checkpoints.close()

    def start(
        self, case_id: str, order_id: str, packet_id: str, version: int, as_of: datetime
    ) -> None:
        """Run a version from intake to the interrupt; one that waits already is left alone."""
        durable = self.graph.checkpointer is not None
        if durable and self.pending(packet_id) is not None:
            return
        state = {
            "case_id": case_id,
            "order_id": order_id,
            "packet_id": packet_id,
            "version": version,
            "as_of": as_of.isoformat(),
            "graph_version": GRAPH_VERSION,
        }
        # "exit" writes one checkpoint, at the interrupt; a kill before it leaves the desk's row
        keeping: Any = {"durability": "exit"} if durable else {}
        self.graph.invoke(state, _config(packet_id), **keeping)


def open_threads(where: Path | str, stages: Stages, desk: Desk) -> Threads:
    """Open the checkpoints (a SQLite file or a PostgreSQL URL) and compile the graph over them."""
    checkpoints = open_checkpoints(where)
    return Threads(build_graph(stages, desk, checkpoints.saver), desk, checkpoints)


def _config(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}
