"""Gates: named figures that a run has to reach before a change of rules is trusted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import BadInput

SHIPPED = Path(__file__).parent.parent / "gates.yaml"


class Gate(BaseModel):
    """One figure of the scores, by its path, and the bound that it has to keep."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figure: str
    """The path in the scores: `macro_f1.value`, `classes.credit_hold.f1`."""
    bound: Literal["at least", "at most"]
    value: Decimal
    why: str


def load_gates(file: Path | None) -> list[Gate]:
    """Read a file of gates, the shipped one by default.

    Raises:
        BadInput: the file cannot be read, or a gate is wrong.
    """
    path = file or SHIPPED
    try:
        return [Gate.model_validate(one) for one in yaml.safe_load(path.read_text("utf-8"))]
    except OSError as error:
        raise BadInput(f"{path} cannot be read; name a file of gates") from error
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise BadInput(f"{path} is no list of gates; see evals/gates.yaml") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {key}: {first['msg']}; correct the gate") from error


def failed(gates: list[Gate], scores: dict[str, Any]) -> list[str]:
    """What every gate that is not kept says; a figure without any cases fails as well."""
    return [said for gate in gates if (said := _verdict(gate, scores))]


def _verdict(gate: Gate, scores: dict[str, Any]) -> str:
    found = _figure(scores, gate.figure)
    if found is None:
        return f"{gate.figure} is not known in this run ({gate.why})"
    value = Decimal(str(found))
    kept = value >= gate.value if gate.bound == "at least" else value <= gate.value
    return "" if kept else f"{gate.figure} is {value}, {gate.bound} {gate.value} ({gate.why})"


def _figure(scores: dict[str, Any], path: str) -> Any:
    here: Any = scores
    for part in path.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here
