"""The graph: eight stages from a hold to a recorded decision.

    intake -> gather -> classify -> draft -> verify -> guard -> approve (human) -> record

It wires the nodes and nothing else. langgraph is imported when a graph is built, never before.
"""

from __future__ import annotations

import hashlib
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from agent.desk.store import Desk
from agent.nodes import Nodes, Stages, State

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

__all__ = ["GRAPH_VERSION", "NODES", "Stages", "State", "build_graph", "studio_graph"]

NODES = ("intake", "gather", "classify", "draft", "verify", "guard", "approve", "record")
GRAPH_VERSION = hashlib.sha256(">".join(NODES).encode()).hexdigest()[:12]
"""Changes with the nodes: a packet that waits in another graph is drafted again."""


def build_graph(
    stages: Stages, desk: Desk, checkpointer: BaseCheckpointSaver[Any] | None = None
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Wire the stages.

    Args:
        stages: the stages as plain functions.
        desk: where packets and decisions are.
        checkpointer: without one the graph can be drawn, and cannot wait for anybody.
    """
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # read by langgraph when it is imported
    os.environ["LANGSMITH_TRACING"] = "false"
    from langgraph.graph import END, START, StateGraph

    nodes = Nodes(stages, desk, GRAPH_VERSION)
    graph = StateGraph(State)

    graph.add_node("intake", nodes.intake)
    graph.add_node("gather", nodes.gather)
    graph.add_node("classify", nodes.classify)
    graph.add_node("draft", nodes.draft)
    graph.add_node("verify", nodes.verify)
    graph.add_node("guard", nodes.guard)
    graph.add_node("approve", nodes.approve)
    graph.add_node("record", nodes.record)

    graph.add_edge(START, "intake")
    graph.add_edge("intake", "gather")
    graph.add_edge("gather", "classify")
    graph.add_edge("classify", "draft")
    graph.add_edge("draft", "verify")
    graph.add_edge("verify", "guard")
    graph.add_edge("guard", "approve")
    graph.add_edge("approve", "record")
    graph.add_edge("record", END)

    return graph.compile(checkpointer=checkpointer, name="holddesk")


def studio_graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    """The graph for LangGraph Studio, which brings its own checkpointer (see langgraph.json).

    The collaborators come from `HOLDDESK_STUDIO`, the name `module:function` of a function that
    returns the stages and the desk.
    """
    module, _, function = os.environ.get(
        "HOLDDESK_STUDIO", "agent.app.studio:collaborators"
    ).partition(":")
    stages, desk = getattr(import_module(module), function)()
    return build_graph(stages, desk)
