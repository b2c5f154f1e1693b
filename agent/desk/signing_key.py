"""The key that signs what the audit keeps outside the database (Ed25519).

The private key stands in a file that only its owner reads, made on first use; the public key in a
file beside the checkpoints, for whoever verifies. An auditor keeps a copy of the public key: with
it nobody who holds the database, the checkpoints and even a key of their own can pass a forgery.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.desk.models import canonical
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURE = "signature"
PUBLIC_FILE = "signing.pub"
PRIVATE_FILE = "signing.key"


@dataclass(frozen=True)
class SigningKey:
    """Where the two halves of the key are."""

    private_file: Path
    public_file: Path

    def make(self) -> None:
        """Make the key where there is none yet; a public half without its private one stays so."""
        if self.private_file.exists() or self.public_file.exists():
            return
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        made = Ed25519PrivateKey.generate()
        for file in (self.private_file, self.public_file):
            file.parent.mkdir(parents=True, exist_ok=True)
        _write_once(self.private_file, made.private_bytes_raw(), 0o600)
        _write_once(self.public_file, made.public_key().public_bytes_raw().hex().encode(), 0o644)

    def sign(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with its signature over everything else in it.

        Raises:
            Unavailable: the private key is missing or damaged.
        """
        unsigned = {key: value for key, value in body.items() if key != SIGNATURE}
        return {**unsigned, SIGNATURE: self._private().sign(canonical(unsigned)).hex()}

    def public(self) -> bytes:
        """The public half.

        Raises:
            Unavailable: its file is missing or damaged.
        """
        return read_public(self.public_file)

    @property
    def keeper(self) -> str:
        """Whom the key belongs to: the first digits of its public half, empty where there is none.

        Raises:
            Unavailable: the file of the public half is damaged.
        """
        return self.public().hex()[:16] if self.public_file.exists() else ""

    def _private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            return Ed25519PrivateKey.from_private_bytes(self.private_file.read_bytes())
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"the signing key of the audit cannot be read ({self.private_file}); restore it"
            ) from error


def read_public(file: Path) -> bytes:
    """A public key from its file.

    Raises:
        Unavailable: the file is missing or holds no key.
    """
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Unavailable(f"the public key of the audit cannot be read ({file})") from error
    if len(key) != 32:
        raise Unavailable(f"{file} holds no Ed25519 public key")
    return key


def public_key_at(file: Path) -> bytes:
    """A public key that somebody named as an option.

    Raises:
        BadInput: there is none in the file.
    """
    try:
        return read_public(file)
    except Unavailable:
        raise BadInput(f"{file}: no public key of an audit; name a copy of {PUBLIC_FILE}") from None


def is_signed(body: dict[str, Any], public: bytes) -> bool:
    """Whether the signature in a body is over everything else in it, by that key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    unsigned = {key: value for key, value in body.items() if key != SIGNATURE}
    try:
        given = bytes.fromhex(body[SIGNATURE])
        Ed25519PublicKey.from_public_bytes(public).verify(given, canonical(unsigned))
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True


def _write_once(file: Path, content: bytes, mode: int) -> None:
    """Write a file that nobody sees half-written and that is never written again."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.rename(beside, file)
