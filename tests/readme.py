"""The outputs shown in the README: run, compared by a test, and written anew on demand."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(
    r"<!-- run: (?P<command>[^|\n]+?)(?: \| lines (?P<first>\d+)-(?P<last>\d+))? -->\n```\n(?P<shown>.*?)```\n",
    re.DOTALL,
)
CHANGING = re.compile(r"snap-[0-9a-f]{12}|policy\s+[0-9a-f]{16}")


def stable(text: str) -> str:
    """The text without what changes with every change of code or data."""
    return CHANGING.sub("…", text)


def run(command: str, home: Path) -> str:
    """The output of a command on the demo home."""
    from evals.commands import run as holddesk

    os.environ["COLUMNS"] = "80"
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        code = holddesk([*shlex.split(command), "--home", str(home)])
    assert code == 0, command
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode()


def blocks(home: Path) -> list[tuple[str, str, str]]:
    """Every block of the README: its command, what it shows, and what the command prints."""
    found = []
    for block in BLOCK.finditer(README.read_text(encoding="utf-8")):
        lines = [line.rstrip() for line in run(block["command"], home).splitlines()]
        first, last = int(block["first"] or 1), int(block["last"] or len(lines))
        printed = "\n".join(lines[first - 1 : last]).replace(str(home), ".holddesk") + "\n"
        found.append((block["command"], block["shown"], printed))
    return found


def main() -> None:
    """Write the outputs anew."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        made = iter(blocks(Path(folder) / "home"))

    def again(block: re.Match[str]) -> str:
        _, _, printed = next(made)
        return block.group().replace(f"```\n{block['shown']}```", f"```\n{printed}```")

    README.write_text(BLOCK.sub(again, text), encoding="utf-8")
    sys.stdout.write("README.md written\n")


if __name__ == "__main__":
    main()
