"""`handoff.yaml` of a home: by which channel each company's instructions leave.

Without the file every instruction becomes a task for people. Secrets never stand in the file: it
names where they are.
"""

from __future__ import annotations

import base64
import binascii
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tools.errors import BadInput

HANDOFF_FILE = "handoff.yaml"
SECRET_PREFIX = "whsec_"  # noqa: S105 - the public prefix of the specification, not a secret
KEY_MARK = "{key}"
LEAST_SECRET, MOST_SECRET = 24, 64
"""Bytes of a secret, by the Standard Webhooks specification."""

SecretName = Annotated[str, Field(pattern=r"^(env|file):.+$")]
"""Where a secret is: `env:NAME` or `file:PATH`."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Channel(_Section):
    sla_minutes: int = Field(
        15, ge=1, description="an instruction that has not left by then is late"
    )
    reply_secrets: tuple[SecretName, ...] = Field(
        (), description="where the secrets are with which replies are signed; none: no replies"
    )

    @property
    def allowed(self) -> timedelta:
        """How long a hand-off may take."""
        return timedelta(minutes=self.sla_minutes)


class Tasks(_Channel):
    """People carry it out: `holddesk handoff tasks` lists, `handoff done` confirms."""

    channel: Literal["tasks"] = "tasks"


class FileDrop(_Channel):
    """One JSON file an instruction, in a folder that the other system watches."""

    channel: Literal["file"]
    folder: Path = Field(description="absolute, or relative to the home")


class WebhookTo(_Channel):
    """A signed request per the Standard Webhooks specification."""

    channel: Literal["webhook"]
    url: str = Field(pattern=r"^https?://[^/\s@]+(/\S*)?$")
    secrets: tuple[SecretName, ...] = Field(
        min_length=1, description="where the signing secrets are; two while one is being replaced"
    )
    query_url: str | None = Field(
        None, description="asked what became of an instruction in doubt; {key} is its key"
    )
    allow_private: bool = Field(
        False, description="whether http, and addresses of private networks, are allowed"
    )
    timeout_seconds: int = Field(20, ge=1, le=60)

    @field_validator("query_url")
    @classmethod
    def _names_the_key(cls, value: str | None) -> str | None:
        if value is not None and KEY_MARK not in value:
            raise ValueError("write {key} where the idempotency key of the instruction belongs")
        return value


Channel = Annotated[Tasks | FileDrop | WebhookTo, Field(discriminator="channel")]


class Retry(_Section):
    """The wait between attempts: doubled each time, with jitter."""

    first_seconds: int = Field(5, ge=1)
    most_seconds: int = Field(3600, ge=1)


class HandoffSettings(_Section):
    """How instructions leave, for each company."""

    default: Channel = Field(default_factory=Tasks)
    companies: dict[str, Channel] = Field(default_factory=dict)
    retry: Retry = Field(default_factory=Retry)

    def of(self, company_id: str) -> Tasks | FileDrop | WebhookTo:
        """The channel of a company."""
        return self.companies.get(company_id, self.default)


def load_handoff(home: Path) -> HandoffSettings:
    """The settings of a home; without a file, tasks for people.

    Raises:
        BadInput: the file cannot be read, or a key is wrong; the sentence names it.
    """
    file = home / HANDOFF_FILE
    if not file.exists():
        return HandoffSettings()
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{file} cannot be read as YAML; correct or remove it") from error
    if not isinstance(body, dict):
        raise BadInput(f"{file}: not a mapping; write default:, companies: or retry:")
    try:
        return HandoffSettings.model_validate(body)
    except ValidationError as error:
        raise BadInput(_sentence(file, error)) from error


def _sentence(file: Path, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    kinds = {"tasks", "file", "webhook"}
    key = ".".join(str(part) for part in first["loc"] if part not in kinds) or "the file"
    if first["type"] == "union_tag_not_found":
        return f"{file}: {key}: name the channel: tasks, file or webhook"
    if first["type"] == "union_tag_invalid":
        return f"{file}: {key}.channel: use tasks, file or webhook"
    if first["type"] == "extra_forbidden":
        return f"{file}: {key} is no key; holddesk handoff check shows those that are"
    return f"{file}: {key}: {first['msg'].removeprefix('Value error, ')}"


def secret(name: str, home: Path, key: str) -> bytes:
    """The bytes of a secret that the settings name.

    Args:
        name: `env:NAME` or `file:PATH` (relative to the home).
        home: the state folder.
        key: the settings' key, for the sentence.

    Raises:
        BadInput: it is not there, or is no secret of the specification. Its text is never shown.
    """
    kind, _, place = name.partition(":")
    text = os.environ.get(place, "") if kind == "env" else _file_text(home / place, key)
    if not text.strip():
        raise BadInput(f"{HANDOFF_FILE}: {key}: {name} is empty; set it to whsec_ and base64")
    try:
        found = base64.b64decode(text.strip().removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput(f"{HANDOFF_FILE}: {key}: {name} is not whsec_ and base64") from error
    if not LEAST_SECRET <= len(found) <= MOST_SECRET:
        raise BadInput(
            f"{HANDOFF_FILE}: {key}: {name} has {len(found)} bytes; a secret has "
            f"{LEAST_SECRET} to {MOST_SECRET}"
        )
    return found


def _file_text(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{HANDOFF_FILE}: {key}: {path} cannot be read") from error


def described(settings: HandoffSettings) -> dict[str, Any]:
    """The settings as plain JSON; they hold no secret."""
    body: dict[str, Any] = settings.model_dump(mode="json")
    return body
