"""Cedar behind a wrapper that fails closed.

Cedar skips a `forbid` whose condition errs, so an Allow with any error is a deny here. The schema
is the type checker of every request: a missing fact, another type, an overflow or an unknown
action gives no decision, which is a deny.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy

from policies.guard_facts import NO_AUTHORITY, Agent, Person, Rule

GUARD_ERROR = "guard-error"
"""The rule that is named when the engine could not decide."""
NO_RULE = "default-deny"
"""The rule that is named when nothing permits."""
AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine said: allowed only when it allows without any error."""

    allowed: bool
    rules: tuple[str, ...]
    errors: tuple[str, ...] = ()


class Engine:
    """One policy text with its schema, parsed once; a broken one denies everything.

    Attributes:
        problem: why nothing is allowed, or an empty string.
        rules: the rules by id, in the order of the text.
    """

    def __init__(self, policies: str, schema: str) -> None:
        self.problem = ""
        self.rules: dict[str, Rule] = {}
        self._parsed = lru_cache(maxsize=256)(self._parse)
        """The same packet and person are often asked about several actions in a row."""
        self.hash = hashlib.sha256(f"{policies}\n\0{schema}".encode()).hexdigest()
        try:
            self._read(policies, schema)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it denies
            self.problem = f"the policy text cannot be used: {str(error).splitlines()[0]}"

    def _read(self, policies: str, schema: str) -> None:
        checked = cedarpy.validate_policies(policies, schema)
        if not checked.validation_passed:
            raise ValueError("; ".join(str(error) for error in checked.errors))
        self._schema = cedarpy.Schema.from_str(schema)
        self._policies = cedarpy.PolicySet.from_str(policies)
        self.rules = _rules(policies)

    def people(self, people: Sequence[Person] = ()) -> Any:
        """The agent and people, without a packet, checked against the schema and parsed once.

        Raises:
            ValueError: an attribute is missing, unknown or of another type.
        """
        rows = [_entity("Agent", AGENT, {}, []), *(_person(person) for person in people)]
        return cedarpy.Entities.from_json_str(json.dumps(rows), schema=self._schema)

    def entities(
        self, packet: str, attributes: dict[str, Any], people: Sequence[Person] = ()
    ) -> Any:
        """One packet, the agent and people, checked against the schema and parsed once.

        Raises:
            ValueError: an attribute is missing, unknown or of another type.
        """
        rows = [
            _entity("Packet", packet, attributes, []),
            _entity("Agent", AGENT, {}, []),
            *(_person(person) for person in people),
        ]
        return self._parsed(json.dumps(rows))

    def _parse(self, rows: str) -> Any:
        return cedarpy.Entities.from_json_str(rows, schema=self._schema)

    def ask(
        self,
        who: Agent | Person,
        action: str,
        packet: str,
        request: dict[str, Any],
        entities: Any,
        *,
        checked: bool = False,
        kind: str = "Packet",
    ) -> Answer:
        """Whether the principal may do the action on the packet, or on a group of columns.

        `checked` says that a request of the same shape passed the schema already.
        """
        if self.problem:
            return Answer(False, (GUARD_ERROR,), (self.problem,))
        try:
            schema = None if checked else self._schema
            return self._ask(who, action, (kind, packet), request, entities, schema)
        except Exception as error:  # noqa: BLE001 - fail closed on anything
            return Answer(False, (GUARD_ERROR,), (f"{type(error).__name__}: {error}",))

    def _ask(
        self,
        who: Agent | Person,
        action: str,
        resource: tuple[str, str],
        request: dict[str, Any],
        entities: Any,
        schema: Any,
    ) -> Answer:
        kind, uid = ("Person", who.user_id) if isinstance(who, Person) else ("Agent", AGENT)
        asked = {
            "principal": {"type": kind, "id": uid},
            "action": {"type": "Action", "id": action},
            "resource": {"type": resource[0], "id": resource[1]},
            "context": request,
        }
        result = cedarpy.is_authorized(asked, self._policies, entities, schema)
        errors = tuple(str(error) for error in result.diagnostics.errors)
        if errors or result.decision is cedarpy.Decision.NoDecision:
            return Answer(False, (GUARD_ERROR,), errors or ("no decision",))
        names = result.diagnostics.id_annotations_by_reason
        found = {names[reason] for reason in result.diagnostics.reasons}
        rules = tuple(rule for rule in self.rules if rule in found)
        return Answer(result.decision is cedarpy.Decision.Allow, rules or (NO_RULE,))


def authority(person: Person, action: str, roles: tuple[str, ...]) -> int:
    """The most that the person may approve in any of the roles; -1 where there is none.

    Who holds none of the roles is refused for that, and not for an amount as well.
    """
    if person.approval_limit is None:
        return NO_AUTHORITY
    limits = [
        min([person.approval_limit, *_ceilings(person, role, action)])
        for role in person.roles & set(roles) or person.roles
    ]
    return max(limits, default=NO_AUTHORITY)


def _ceilings(person: Person, role: str, action: str) -> list[int]:
    return [most for of, doing, most in person.ceilings if (of, doing) == (role, action)]


def refs(kind: str, ids: frozenset[str] | tuple[str, ...]) -> list[dict[str, dict[str, str]]]:
    """Entities of an enumerated type as Cedar JSON."""
    return [{"__entity": {"type": kind, "id": one}} for one in sorted(ids)]


def _person(person: Person) -> dict[str, Any]:
    attributes = {
        "user_id": person.user_id,
        "person_id": person.person_id,
        "company_id": person.company_id,
        "site_id": person.site_id,
        "absent": person.absent,
        "stands_in_for": sorted(person.stands_in_for),
        "other_roles": refs("Role", person.other_roles),
    }
    return _entity("Person", person.user_id, attributes, sorted(person.roles))


def _entity(kind: str, uid: str, attributes: dict[str, Any], roles: list[str]) -> dict[str, Any]:
    parents = [{"type": "Role", "id": role} for role in roles]
    return {"uid": {"type": kind, "id": uid}, "attrs": attributes, "parents": parents}


def _rules(policies: str) -> dict[str, Rule]:
    parsed = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
    found: dict[str, Rule] = {}
    for number in range(len(parsed)):
        policy = parsed[f"policy{number}"]
        notes = policy.get("annotations", {})
        rule = notes.get("id")
        if not rule or rule in found:
            raise ValueError(f"policy {number} has no @id of its own")
        found[rule] = Rule(
            rule,
            policy["effect"],
            notes.get("says", ""),
            notes.get("clears", ""),
            int(notes.get("signers", "1")),
        )
    return found
