"""People in the audit: the chain holds a pseudonym, and a table beside it says who that is.

The row of the table can be removed (a person's right to be forgotten) and the chain stays valid.
A pseudonym is an HMAC under a random salt of its own: a short id cannot be guessed from it, and a
row that was changed to name somebody else no longer fits its pseudonym.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from agent.desk.audit_models import Pseudonym

PSEUDONYM = re.compile(r"p-[0-9a-f]{24}")
PERSON_KEYS = frozenset(
    {"person_id", "user_id", "to", "by", "assigned_to", "claimed_by", "requested_by",
     "approved_by", "on_behalf_of", "escalated_to", "first_signer", "told"}
)  # fmt: skip
"""Keys of an event's body whose text names a person."""
LONGEST_ID = 128
_CHUNK = 500
_WORD = re.compile(r"[^\s,;:()\[\]'\"]*[^\s,;:()\[\]'\".]")
"""A word of a sentence, without the stop behind it: the name of an account may hold dots."""


def pseudonym_of(subject: str, salt: str) -> str:
    """The pseudonym of an account or person under a salt (hex)."""
    digest = hmac.new(bytes.fromhex(salt), subject.encode(), hashlib.sha256).hexdigest()
    return f"p-{digest[:24]}"


def pseudonym(session: Session, subject: str, person: str = "") -> str:
    """The pseudonym of a person, given one where they have none yet; in the chain's lock.

    Args:
        session: the caller's transaction.
        subject: account or person id; empty stays empty.
        person: the person behind the account, where known.
    """
    if not subject:
        return ""
    known = session.execute(
        select(Pseudonym.pseudonym, Pseudonym.person).where(Pseudonym.subject == subject)
    ).one_or_none()
    if known is None:
        salt = secrets.token_hex(32)
        given = pseudonym_of(subject, salt)
        session.execute(
            insert(Pseudonym).values(pseudonym=given, subject=subject, person=person, salt=salt)
        )
        return given
    if person and known.person != person:
        session.execute(update(Pseudonym).where(Pseudonym.subject == subject).values(person=person))
    return str(known.pseudonym)


def without_people(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event with pseudonyms for people.

    A text under a key of `PERSON_KEYS` always is one; elsewhere an account or person that is
    already known here is replaced as well, also as a word of a sentence.
    """
    for subject in sorted(set(_named(body))):
        pseudonym(session, subject)
    words = {word for text in _texts(body) for word in (text, *_WORD.findall(text))}
    texts = sorted(word for word in words if 0 < len(word) <= LONGEST_ID)
    known: dict[str, str] = {}
    for at in range(0, len(texts), _CHUNK):
        found = session.execute(
            select(Pseudonym.subject, Pseudonym.pseudonym).where(
                Pseudonym.subject.in_(texts[at : at + _CHUNK])
            )
        )
        known.update({subject: given for subject, given in found})
    replaced: dict[str, Any] = _replaced(dict(body), known)
    return replaced


def people(session: Session) -> dict[str, str]:
    """Who each pseudonym stands for, the erased ones left out."""
    found = session.execute(select(Pseudonym.pseudonym, Pseudonym.subject))
    return {given: subject for given, subject in found}


def with_people(value: Any, names: Mapping[str, str]) -> Any:
    """A body of an event as a person reads it: names for the pseudonyms that still have one."""
    return _replaced(value, names)


def _named(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        short = 0 < len(value) <= LONGEST_ID
        if key in PERSON_KEYS and short and not PSEUDONYM.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(inner, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner, key)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        inside: Iterable[Any] = value.values() if isinstance(value, Mapping) else value
        for inner in inside:
            yield from _texts(inner)


def _replaced(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return known.get(value) or _WORD.sub(lambda word: known.get(word[0], word[0]), value)
    if isinstance(value, Mapping):
        return {key: _replaced(inner, known) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(inner, known) for inner in value]
    return value
