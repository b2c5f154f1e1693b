"""`handoff.yaml`: the wrong key is named, and a secret is never shown."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from agent.app.handoff_settings import HandoffSettings, load_handoff, secret
from tools.errors import BadInput

HOOK = "channel: webhook, url: 'https://erp.example/h', secrets: ['env:S']"


def written(home: Path, text: str) -> Path:
    (home / "handoff.yaml").write_text(text)
    return home


def test_without_a_file_people_do_it(tmp_path: Path):
    assert load_handoff(tmp_path) == HandoffSettings()
    assert load_handoff(tmp_path).of("C1").channel == "tasks"


def test_each_company_has_its_channel(tmp_path: Path):
    text = f"default: {{channel: file, folder: out}}\ncompanies:\n  C1: {{{HOOK}}}\n"
    found = load_handoff(written(tmp_path, text))

    assert (found.of("C1").channel, found.of("C2").channel) == ("webhook", "file")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("default: {folder: out}", ("default", "tasks, file or webhook")),
        ("default: {channel: mail}", ("default.channel", "tasks, file or webhook")),
        ("default: {channel: file}", ("default.folder",)),
        ("companies: {C1: {channel: webhook, url: 'https://e/h'}}", ("companies.C1.secrets",)),
        (f"companies: {{C1: {{{HOOK}, timeout_seconds: 0}}}}", ("companies.C1.timeout_seconds",)),
        (f"companies: {{C1: {{{HOOK}, query_url: 'https://e/q'}}}}", ("query_url", "{key}")),
        (f"companies: {{C1: {{{HOOK.replace('https', 'ftp')}}}}}", ("companies.C1.url",)),
        ("companies: {C1: {channel: tasks, color: red}}", ("companies.C1.color", "no key")),
        ("retry: {first_seconds: soon}", ("retry.first_seconds",)),
        ("retries: {}", ("retries", "no key")),
        ("- C1", ("not a mapping",)),
        ("default: [", ("YAML",)),
        (f"default: {{{HOOK.replace('env:S', 'whsec_abc')}}}", ("default.secrets",)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, names: tuple[str, ...], tmp_path: Path):
    with pytest.raises(BadInput) as wrong:
        load_handoff(written(tmp_path, text))
    said = str(wrong.value)
    assert "\n" not in said
    for name in ("handoff.yaml", *names):
        assert name in said


def test_a_secret_is_read_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
    monkeypatch.setenv("S", text)
    (tmp_path / "s.txt").write_text(text + "\n")

    assert secret("env:S", tmp_path, "k") == secret("file:s.txt", tmp_path, "k") == b"k" * 32


@pytest.mark.parametrize("size", [24, 64])
def test_a_secret_may_have_the_least_and_the_most(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("S", base64.b64encode(b"k" * size).decode())
    assert len(secret("env:S", tmp_path, "k")) == size


@pytest.mark.parametrize(
    "text", ["", "whsec_", "hunter2!", base64.b64encode(b"k" * 23).decode(),
             base64.b64encode(b"k" * 65).decode()],
)  # fmt: skip
def test_a_wrong_secret_is_named_and_not_shown(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("S", text)
    with pytest.raises(BadInput) as wrong:
        secret("env:S", tmp_path, "companies.C1.secrets")
    assert "companies.C1.secrets" in str(wrong.value)
    assert len(text) < 8 or text not in str(wrong.value)
