"""The README shows what the commands really print."""

from __future__ import annotations

from pathlib import Path

from tests.readme import README, blocks, stable


def test_every_output_in_the_readme_is_what_its_command_prints(tmp_path: Path) -> None:
    found = blocks(tmp_path / "home")
    assert len(found) >= 2
    for command, shown, printed in found:
        assert stable(shown) == stable(printed), command


def test_the_readme_says_what_the_product_never_does() -> None:
    assert "never releases an order, changes a price or promises a date" in README.read_text(
        "utf-8"
    )


def test_every_command_of_the_command_line_is_named_in_the_readme() -> None:
    from agent.app.cli import audit_app, policy_app
    from evals.commands import app

    text = README.read_text("utf-8")
    for group, prefix in ((app, ""), (audit_app, "audit "), (policy_app, "policy ")):
        for command in group.registered_commands:
            name = command.name or getattr(command.callback, "__name__", "")
            assert f"{prefix}{name}" in text
