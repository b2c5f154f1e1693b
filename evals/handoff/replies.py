"""Forged, replayed and stale replies: `python -m evals.handoff.replies [--replies N] [--quick]`.

Every reply that is not signed, fresh and new is offered to the desk; none may be accepted, and
each genuine one has to be. Prints JSON; exits 1 where one of either does not hold.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import func, select
from standardwebhooks.webhooks import Webhook

from agent.desk import replies
from agent.desk.outbox_models import Outbox, Reply
from agent.desk.store import Desk
from evals.durability.databases import database, databases, not_run
from evals.handoff.world import approve_orders, open_at
from tools.errors import HolddeskError

GENUINE = 20
OURS, THEIRS = os.urandom(32), os.urandom(32)
"""The secret of the company, and one of somebody else."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply as it arrives."""

    headers: Mapping[str, str]
    payload: bytes


Forgery = Callable[[Letter, Random], Letter]


def signed(message_id: str, key: str, at: datetime, secret: bytes, status: str = "done") -> Letter:
    """A reply, signed."""
    payload = orjson.dumps({"idempotency_key": key, "status": status, "reference": "ERP-1"})
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, payload.decode()),
    }
    return Letter(headers, payload)


def _with(letter: Letter, **headers: str) -> Letter:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(letter, headers={**letter.headers, **named})


def _without(letter: Letter, name: str) -> Letter:
    return replace(letter, headers={k: v for k, v in letter.headers.items() if k != name})


def _other_id(letter: Letter, chance: Random) -> Letter:
    return _with(letter, webhook_id=f"other-{chance.random()}")


def _other_time(letter: Letter, chance: Random) -> Letter:
    at = int(letter.headers["webhook-timestamp"]) + chance.choice((-1, 1)) * chance.randint(1, 200)
    return _with(letter, webhook_timestamp=str(at))


def _other_body(letter: Letter, chance: Random) -> Letter:
    return replace(letter, payload=letter.payload.replace(b"done", b"refused"))


def _bit(letter: Letter, chance: Random) -> Letter:
    text = letter.headers["webhook-signature"]
    at = chance.randrange(3, len(text) - 2)
    other = "A" if text[at] != "A" else "B"
    return _with(letter, webhook_signature=text[:at] + other + text[at + 1 :])


def _odd_signature(letter: Letter, chance: Random) -> Letter:
    odd = (
        "",
        "v1",
        "v1,",
        "v1,=",
        "v2,AAAA",
        "v1a,AAAA",
        "é",
        ",",
        " ",
        "v1,!!!!",
        "v1," + "A" * 9,
    )
    return _with(letter, webhook_signature=chance.choice(odd))


def _odd_time(letter: Letter, chance: Random) -> Letter:
    odd = (
        "",
        "now",
        "-1",
        "1e9",
        "NaN",
        "9" * 40,
        "0" * 20 + "9" * 30,
        "99999999999",
        "\uff11\uff12",
        "0x10",
        " 1",
    )
    return _with(letter, webhook_timestamp=chance.choice(odd))


def _missing(letter: Letter, chance: Random) -> Letter:
    return _without(letter, chance.choice(list(letter.headers)))


def _odd_body(letter: Letter, chance: Random) -> Letter:
    odd = (b"", b"[]", b"{}", b"\xff\xfe", b"null", b'"done"', b"{" * 500, b" " * 30_000)
    return replace(letter, payload=chance.choice(odd))


CHANGES: dict[str, Forgery] = {
    "other id": _other_id,
    "other time": _other_time,
    "other body": _other_body,
    "signature changed": _bit,
    "no signature": _odd_signature,
    "no time": _odd_time,
    "header missing": _missing,
    "no reply": _odd_body,
}
KINDS = (*CHANGES, "other secret", "replayed", "too old", "from the future", "unknown instruction")


def forged(kind: str, key: str, genuine: Letter, number: int, chance: Random) -> Letter:
    """A reply that must not be accepted."""
    now = datetime.now(UTC)
    name = f"forged-{number}"
    away = timedelta(seconds=chance.choice((310, 900, 86_400, 10**7)))
    if kind == "replayed":
        return genuine
    if kind == "other secret":
        return signed(name, key, now, THEIRS)
    if kind == "too old":
        return signed(name, key, now - away, OURS)
    if kind == "from the future":
        return signed(name, key, now + away, OURS)
    if kind == "unknown instruction":
        return signed(name, f"{key[:-1]}{'0' if key[-1] != '0' else '1'}", now, OURS)
    return CHANGES[kind](signed(name, key, now, OURS), chance)


def run(name: str, count: int, seed: int) -> dict[str, Any]:
    """Offer them on one database."""
    with tempfile.TemporaryDirectory(prefix="holddesk-replies-") as folder:
        home = Path(folder)
        with database(name, home) as url:
            desk = open_at(home, url)
            approve_orders(desk, GENUINE)
            found = _offer(desk, count, seed)
            desk.close()
    return {"database": name, **found}


def _offer(desk: Desk, count: int, seed: int) -> dict[str, Any]:
    chance = Random(seed)  # noqa: S311 - a schedule, no secret
    with desk.write() as session:
        rows = list(session.scalars(select(Outbox).order_by(Outbox.outbox_id)))
        for row in rows:
            row.status, row.channel = "sent", "webhook"
    keys = [row.idempotency_key for row in rows]
    now = datetime.now(UTC)
    genuine = [signed(f"genuine-{n}", key, now, OURS) for n, key in enumerate(keys)]
    taken = sum(_accepted(desk, letter) for letter in genuine)
    false: Counter[str] = Counter()
    for number in range(count):
        kind, at = KINDS[number % len(KINDS)], chance.randrange(len(keys))
        false[kind] += _accepted(desk, forged(kind, keys[at], genuine[at], number, chance))
    with desk.read() as session:
        kept = session.execute(select(func.count()).select_from(Reply)).scalar_one()
    return {
        "genuine": len(genuine), "genuine_accepted": taken, "offered": count,
        "kinds": len(KINDS), "accepted": sum(false.values()),
        "accepted_by_kind": {kind: n for kind, n in false.items() if n},
        "ok": taken == len(genuine) == kept and not sum(false.values()),
    }  # fmt: skip


def _accepted(desk: Desk, letter: Letter) -> int:
    try:
        replies.receive(desk, letter.headers, letter.payload, lambda _: [OURS])
    except HolddeskError:
        return 0
    return 1


def main(words: Sequence[str] | None = None) -> int:
    """Run it on every database; 0 where none was accepted."""
    parser = argparse.ArgumentParser(prog="python -m evals.handoff.replies", description=__doc__)
    parser.add_argument("--replies", type=int, default=1300, help="on each database (1300)")
    parser.add_argument("--quick", action="store_true", help="a small run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args(words)
    count = 2 * len(KINDS) if asked.quick else asked.replies
    runs = [run(name, count, asked.seed) for name in databases(asked.database)]
    body = {
        "check": "replies that must not be accepted",
        "ok": all(one["ok"] for one in runs),
        "offered": sum(one["offered"] for one in runs),
        "accepted": sum(one["accepted"] for one in runs),
        "runs": runs,
        "not_run": not_run(asked.database),
    }
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
