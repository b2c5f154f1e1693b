"""Mechanical mutants of a policy text: rules dropped, negated, moved by one, with roles swapped.

A rule is changed in Cedar's own JSON form, one place at a time, and written back as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import cedarpy

from evals.guard.asking import CLASSES, LOCKED, ROLES

Node = dict[str, Any]
NEIGHBOUR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
             "&&": "||", "||": "&&"}  # fmt: skip
KIND = {"<": "edge", "<=": "edge", ">": "edge", ">=": "edge", "==": "equal", "!=": "equal",
        "&&": "junction", "||": "junction"}  # fmt: skip
NEXT = {
    "Role": dict(zip(ROLES, (*ROLES[1:], ROLES[0]), strict=True)),
    "ExceptionClass": dict(zip(CLASSES, (*CLASSES[1:], CLASSES[0]), strict=True)),
    "Action": dict(zip(LOCKED, (*LOCKED[1:], LOCKED[0]), strict=True)),
}
"""Which role, class or action takes the place of each."""


@dataclass(frozen=True)
class Mutant:
    """One broken policy text: which rule, in which way."""

    rule: str
    kind: str
    what: str
    text: str


def mutants(policies: str) -> Iterator[Mutant]:
    """Every mechanical mutant of a policy text, rule by rule."""
    whole = json.loads(cedarpy.policies_to_json_str(policies))
    for key, policy in whole["staticPolicies"].items():
        rule = policy["annotations"]["id"]
        without = {k: v for k, v in whole["staticPolicies"].items() if k != key}
        yield Mutant(rule, "drop", "the rule", _text(whole, without))
        for kind, what, changed in _changes(policy):
            yield Mutant(rule, kind, what, _text(whole, {**without, key: changed}))


def _text(whole: Node, static: Node) -> str:
    return str(cedarpy.policies_from_json_str(json.dumps({**whole, "staticPolicies": static})))


def _changes(policy: Node) -> Iterator[tuple[str, str, Node]]:
    for number, condition in enumerate(policy["conditions"]):
        other = "unless" if condition["kind"] == "when" else "when"
        yield "negate", f"{condition['kind']} {number}", _with(policy, ("conditions", number), {
            **condition, "kind": other})  # fmt: skip
        rest = [c for n, c in enumerate(policy["conditions"]) if n != number]
        yield "forget", f"{condition['kind']} {number}", {**policy, "conditions": rest}
    for path, node in _nodes(policy, ()):
        for kind, what, changed in _at(node):
            yield kind, what, _with(policy, path, changed)


def _nodes(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, node
    if isinstance(node, dict):
        for key in node:
            if key not in ("annotations", "effect"):
                yield from _nodes(node[key], (*path, key))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from _nodes(item, (*path, number))


def _with(policy: Node, path: tuple[Any, ...], changed: Any) -> Node:
    made = deepcopy(policy)
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = changed
    return made


def _at(node: Any) -> Iterator[tuple[str, str, Any]]:
    """What may be wrong at one place."""
    if isinstance(node, list) and len(node) > 1:
        for number, item in enumerate(node):
            if _named(item):
                yield "lose", _named(item), [i for n, i in enumerate(node) if n != number]
    if not isinstance(node, dict):
        return
    if node.get("type") in NEXT and node.get("id") in NEXT[node["type"]]:
        other = NEXT[node["type"]][node["id"]]
        yield f"swap {node['type']}", f"{node['id']} to {other}", {**node, "id": other}
    if len(node) == 1:
        ((operator, body),) = node.items()
        yield from _of_operator(operator, body)


def _named(item: Any) -> str:
    if isinstance(item, dict):
        entity = item.get("Value", {}).get("__entity", item)
        return str(entity.get("id", ""))
    return ""


def _of_operator(operator: str, body: Any) -> Iterator[tuple[str, str, Node]]:
    if operator in NEIGHBOUR:
        yield KIND[operator], f"{operator} as {NEIGHBOUR[operator]}", {NEIGHBOUR[operator]: body}
    if operator in ("&&", "||"):
        for side in ("left", "right"):
            yield "half", f"{side} of {operator}", body[side]
    if operator in ("<", "<=", ">", ">="):
        for step in (1, -1):
            right = {"+": {"left": body["right"], "right": {"Value": step}}}
            yield "by one", f"{step:+d}", {operator: {**body, "right": right}}
    if operator == "!":
        yield "negate", "not", body["arg"]
    if operator in ("in", "contains", "containsAny", "containsAll", "isEmpty", "is"):
        yield "negate", operator, {"!": {"arg": {operator: body}}}
