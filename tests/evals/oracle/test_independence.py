"""The oracle shares nothing with the product: only the comparison sees both."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import evals.oracle

FOLDER = Path(evals.oracle.__file__).parent
COMPARISON = {"__main__", "compare", "product", "run", "shrink"}
PRODUCT = {"tools", "policies", "agent", "seeds"}
ORACLE = sorted(p for p in FOLDER.glob("*.py") if p.stem not in COMPARISON)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(f"{'.' * node.level}{node.module or ''}")
    return names


@pytest.mark.parametrize("path", ORACLE, ids=lambda path: path.stem)
def test_the_oracle_imports_nothing_of_the_product(path: Path) -> None:
    for name in imported(path):
        assert name.split(".")[0] not in PRODUCT
        assert not name.startswith(".")


@pytest.mark.parametrize("path", ORACLE, ids=lambda path: path.stem)
def test_the_oracle_imports_nothing_that_sees_the_product(path: Path) -> None:
    assert not {f"evals.oracle.{name}" for name in COMPARISON} & imported(path)
