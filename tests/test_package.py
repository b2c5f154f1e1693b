"""The package as it is installed: it starts quickly, ships its data, and runs anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("langgraph", "langchain_core", "langchain_openai", "openai", "duckdb", "sqlalchemy",
         "alembic", "fastapi", "httpx", "cedarpy", "babel", "rich.progress")  # fmt: skip
OFFLINE = ("No matching distribution found", "Could not find a version")


def loaded_by(statement: str, *names: str) -> list[str]:
    """Which of the modules are loaded once the statement has run in a new interpreter."""
    script = f"{statement}\nimport json, sys\nprint(json.dumps([n for n in {names!r} if n in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_command_line_starts_without_what_it_may_not_need():
    assert loaded_by("import evals.commands", *HEAVY) == []


@pytest.mark.parametrize("command", ["queue", "load", "policy"])
def test_help_is_shown_without_what_it_may_not_need(command: str):
    assert loaded_by(f"from evals.commands import run; run(['{command}', '--help'])", *HEAVY) == []


@pytest.mark.parametrize("words", [["queue"], ["review", "--all"], ["policy", "check"], ["doctor"]])
def test_reading_needs_neither_graph_nor_desk(words: list[str], tmp_path: Path):
    loads = ("langgraph", "langchain_core", "sqlalchemy", "alembic", "fastapi")
    home = str(tmp_path / "none")

    assert (
        loaded_by(f"from evals.commands import run; run({[*words, '--home', home]!r})", *loads)
        == []
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    pytest.importorskip("build")
    out = tmp_path_factory.mktemp("dist")
    here = ["--no-isolation"] if find_spec("hatchling") else []
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", *here, "--outdir", str(out), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    if done.returncode and any(reason in said for reason in OFFLINE):
        pytest.skip("hatchling is neither installed nor can it be fetched")
    assert done.returncode == 0, said
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def shipped(wheel: Path) -> list[str]:
    """The names in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "pattern",
    ["tools/sql/**/*.sql", "tools/tables.yaml", "policies/*.yaml", "policies/*.cedar",
     "agent/desk/migrations/**/*.py", "agent/llm/*.yaml", "seeds/demo/*.csv", "seeds/*.csv",
     "seeds/*.yaml"],
)  # fmt: skip
def test_data_files_are_shipped(pattern: str, shipped: list[str]):
    wanted = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}

    assert wanted
    assert wanted <= set(shipped)


def test_tests_and_tools_of_the_trade_are_not_shipped(shipped: list[str]):
    tops = {name.partition("/")[0] for name in shipped}

    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "agent", "tools", "policies", "evals", "seeds",
    }  # fmt: skip
    assert not [name for name in shipped if "/test_" in name or "__pycache__" in name]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a new environment that has the wheel, and this interpreter's packages."""
    folder = tmp_path_factory.mktemp("env")
    make = [sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(folder)]
    subprocess.run(make, check=True)
    python = folder / "bin" / "python"
    inside = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
    )  # fmt: skip
    (inside / "those_of_the_tests.pth").write_text(sysconfig.get_path("purelib"))
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
               "--no-deps", "--no-index", "--ignore-installed", str(wheel)]  # fmt: skip
    subprocess.run(install, check=True)
    return folder / "bin" / "holddesk"


def test_the_demo_runs_where_it_is_installed(installed: Path, tmp_path: Path):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}

    done = subprocess.run(
        [installed, "demo", "--json"], cwd=tmp_path, env=clean, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    body = json.loads(done.stdout)
    assert str(ROOT) not in body["load"]["source"]
    assert body["packet"]["order_id"] == "SO-1042"
    assert body["failed"] == {}
    assert [path.name for path in tmp_path.iterdir()] == [".holddesk"]
