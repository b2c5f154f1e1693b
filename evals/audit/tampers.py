"""Ways to tamper with a trail, each with the row at which it has to be found.

Whoever tampers has the database, the files and the desk's own code, and not the signing key; in
the last kinds the key as well, but not the checkpoints, which then stand elsewhere.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson

from agent.desk import audit
from agent.desk.audit_rows import COLUMNS, row_hash
from agent.desk.checkpoints import FILE
from evals.audit.books import FILES, Book, desk_at

Row = dict[str, Any]
CELLS = [name for name in COLUMNS if name not in ("seq", "prev", "chain")]


class Tampered(NamedTuple):
    """What was done: the row at which it has to be found, and where honest checkpoints stand."""

    row: int
    copies: Path | None = None


Tamper = Callable[[Path, Book, Random], Tampered]


class Store:
    """The database as somebody with the file opens it: without triggers."""

    def __init__(self, home: Path) -> None:
        self.db = sqlite3.connect(home / FILES[0])
        self.db.row_factory = sqlite3.Row
        triggers = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            self.db.execute(f"DROP TRIGGER {name}")

    def rows(self) -> list[Row]:
        """Every row of the audit."""
        return [dict(row) for row in self.db.execute("SELECT * FROM audit ORDER BY seq")]

    def put(self, rows: list[Row], counted: bool = True) -> None:
        """Replace the audit, and its counter with it."""
        self.db.execute("DELETE FROM audit")
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        self.db.executemany(f"INSERT INTO audit ({', '.join(names)}) VALUES ({marks})", rows)
        if counted:
            newest = (rows[-1]["seq"], rows[-1]["hash"])
            self.db.execute("UPDATE chain SET seq = ?, hash = ?", newest)

    def close(self) -> None:
        """Keep what was done."""
        self.db.commit()
        self.db.close()


def chained(rows: list[Row]) -> list[Row]:
    """The rows numbered and hashed anew by the desk's own rule."""
    prev = ""
    for seq, row in enumerate(rows, 1):
        row |= {"seq": seq, "prev": prev}
        row["hash"] = prev = row_hash(row)
    return rows


def other(value: Any) -> Any:
    """Another value of the same kind."""
    return value + 1 if isinstance(value, int) else f"{value}~"


def edit(home: Path, book: Book, random: Random) -> Tampered:
    """One cell of one row."""
    at = random.randrange(book.rows)
    with closing(Store(home)) as store:
        rows = store.rows()
        name = random.choice(CELLS)
        rows[at][name] = other(rows[at][name])
        store.put(rows, counted=False)
    return Tampered(at + 1)


def edit_with_its_hash(home: Path, book: Book, random: Random) -> Tampered:
    """One row, and its own hash."""
    at = random.randrange(book.rows - 1)
    with closing(Store(home)) as store:
        rows = store.rows()
        rows[at]["order_id"] = other(rows[at]["order_id"])
        rows[at]["hash"] = row_hash(rows[at])
        store.put(rows)
    return Tampered(at + 1)


def delete(home: Path, book: Book, random: Random) -> Tampered:
    """One row, or several in sequence."""
    at, count = random.randrange(book.rows - 3), random.randint(1, 3)
    with closing(Store(home)) as store:
        rows = store.rows()
        store.put(rows[:at] + rows[at + count :], counted=False)
    return Tampered(at + 1)


def delete_and_close_up(home: Path, book: Book, random: Random) -> Tampered:
    """One row, and the rest numbered and hashed anew."""
    at = random.randrange(book.rows - 1)
    with closing(Store(home)) as store:
        rows = store.rows()
        store.put(chained(rows[:at] + rows[at + 1 :]))
    return Tampered(at + 1)


def insert(home: Path, book: Book, random: Random) -> Tampered:
    """A forged row in between, and the rest numbered and hashed anew."""
    at = random.randrange(book.rows)
    with closing(Store(home)) as store:
        rows = store.rows()
        forged = {**rows[at], "event": "decision.approve", "verdict": "allow"}
        store.put(chained([*rows[:at], forged, *rows[at:]]))
    return Tampered(at + 1)


def insert_at_the_end(home: Path, book: Book, random: Random) -> Tampered:
    """A forged row after the newest, with the hash of another."""
    with closing(Store(home)) as store:
        rows = store.rows()
        forged = {**rows[-1], "seq": book.rows + 1, "prev": rows[-1]["hash"],
                  "hash": f"{random.getrandbits(256):064x}"}  # fmt: skip
        store.put([*rows, forged])
    return Tampered(book.rows + 1)


def swap(home: Path, book: Book, random: Random) -> Tampered:
    """Two rows change places; half the time the rest is hashed anew."""
    one, two = sorted(random.sample(range(book.rows), 2))
    with closing(Store(home)) as store:
        rows = store.rows()
        rows[one], rows[two] = rows[two], rows[one]
        if random.random() < 0.5:
            rows = chained(rows)
        else:
            rows[one]["seq"], rows[two]["seq"] = one + 1, two + 1
        store.put(rows)
    return Tampered(one + 1)


def cut(home: Path, book: Book, random: Random) -> Tampered:
    """The tail, with the counter set back or not."""
    at = random.randrange(1, book.rows)
    with closing(Store(home)) as store:
        store.put(store.rows()[:at], counted=random.random() < 0.7)
    return Tampered(at + 1)


def rewrite(home: Path, book: Book, random: Random) -> Tampered:
    """One row, and every hash from it on, with the counter."""
    at = random.randrange(book.rows)
    with closing(Store(home)) as store:
        rows = store.rows()
        name = random.choice([cell for cell in CELLS if cell != "schema"])
        rows[at][name] = other(rows[at][name])
        store.put(chained(rows))
    return Tampered(at + 1)


def rewrite_with_the_head(home: Path, book: Book, random: Random) -> Tampered:
    """The chain anew, and the head made to fit it without the key."""
    found = rewrite(home, book, random)
    head = orjson.loads((home / FILES[1]).read_bytes())
    with closing(Store(home)) as store:
        rows = store.rows()
    first, laid = int(head["first"]), last_checkpoint(home)
    head["hash"] = rows[-1]["hash"]
    head["witness"] = "".join(row["hash"][:16] for row in rows[first - 1 :])
    if random.random() < 0.3:
        head = {"seq": head["seq"], "hash": head["hash"]}
    (home / FILES[1]).write_bytes(orjson.dumps(head))
    return Tampered(min(found.row, laid + 1))


def restore_database(home: Path, book: Book, random: Random) -> Tampered:
    """The database of an earlier backup."""
    rows = random.choice(list(book.backups))
    shutil.copy(book.backups[rows] / FILES[0], home / FILES[0])
    return Tampered(rows + 1)


def restore_database_and_head(home: Path, book: Book, random: Random) -> Tampered:
    """Database and head of a backup of before the newest checkpoint."""
    rows = random.choice([at for at in book.backups if at < last_checkpoint(home)])
    for name in FILES:
        shutil.copy(book.backups[rows] / name, home / name)
    return Tampered(rows + 1)


def restore_everything(home: Path, book: Book, random: Random) -> Tampered:
    """The whole home of a backup: checkpoints kept elsewhere still know better."""
    rows = random.choice([at for at in book.backups if at < last_checkpoint(home)])
    shutil.rmtree(home)
    shutil.copytree(book.backups[rows], home)
    return Tampered(rows + 1, book.home / "audit")


def damage_head(home: Path, book: Book, random: Random) -> Tampered:
    """The head removed, cut short or changed in one field."""
    file = home / FILES[1]
    body = orjson.loads(file.read_bytes())
    way = random.randrange(3)
    if way == 0:
        file.unlink()
    elif way == 1:
        file.write_bytes(file.read_bytes()[: random.randrange(1, 40)])
    else:
        name = random.choice(["seq", "hash", "witness", "first", "chain", "signature"])
        body[name] = other(body[name])
        file.write_bytes(orjson.dumps(body))
    return Tampered(last_checkpoint(home) + 1)


def set_head_back(home: Path, book: Book, random: Random) -> Tampered:
    """The head of an earlier moment, signed as it was."""
    rows = random.choice(list(book.backups))
    shutil.copy(book.backups[rows] / FILES[1], home / FILES[1])
    return Tampered(rows + 1)


def damage_checkpoints(home: Path, book: Book, random: Random) -> Tampered:
    """One checkpoint changed, removed or moved, or the rest cut off."""
    file = home / "audit" / FILE
    lines = file.read_bytes().splitlines(keepends=True)
    at, way = random.randrange(len(lines)), random.randrange(4)
    found = Tampered(orjson.loads(lines[at])["first"])
    if way == 0:
        body = orjson.loads(lines[at])
        name = random.choice(list(body))
        lines[at] = orjson.dumps({**body, name: other(body[name])}) + b"\n"
    elif way == 1:
        del lines[at:]
    elif way == 2 and at + 1 < len(lines):
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    else:
        del lines[at]
    file.write_bytes(b"".join(lines))
    return found


def give_a_pseudonym_away(home: Path, book: Book, random: Random) -> Tampered:
    """A pseudonym's row made to name somebody else, or removed without an erasure."""
    with closing(Store(home)) as store:
        used = "SELECT actor, min(seq) FROM audit WHERE actor IN (SELECT pseudonym FROM pseudonyms)"
        given, first = random.choice(store.db.execute(f"{used} GROUP BY actor").fetchall())
        way = random.choice(("UPDATE pseudonyms SET subject = 'u.scapegoat'",
                             "DELETE FROM pseudonyms"))  # fmt: skip
        store.db.execute(f"{way} WHERE pseudonym = ?", (given,))
    return Tampered(first)


def change_a_decision(home: Path, book: Book, random: Random) -> Tampered:
    """A decision removed, or bound to another fingerprint, beside an untouched chain."""
    with closing(Store(home)) as store:
        found = store.db.execute("SELECT decision_id, seq FROM audit WHERE decision_id != ''")
        decision_id, seq = random.choice(found.fetchall())
        way = random.choice(("UPDATE decisions SET fingerprint = 'f-other'",
                             "DELETE FROM decisions"))  # fmt: skip
        store.db.execute(f"{way} WHERE decision_id = ?", (decision_id,))
    return Tampered(seq)


def forge_with_the_desk(home: Path, book: Book, random: Random) -> Tampered:
    """A backup put back, and other events written on top by the desk itself, with its key."""
    rows = random.choice([at for at in book.backups if at < last_checkpoint(home)])
    shutil.rmtree(home)
    shutil.copytree(book.backups[rows], home)
    desk = desk_at(home)
    for n in range(random.randint(1, 30)):
        with desk.write() as session:
            audit.append(desk, session, audit.Event("x.forged", body={"n": n}))
    desk.close()
    return Tampered(rows + 1, book.home / "audit")


def last_checkpoint(home: Path) -> int:
    """The row that the newest checkpoint goes to."""
    return int(orjson.loads((home / "audit" / FILE).read_bytes().splitlines()[-1])["seq"])


TAMPERS: tuple[Tamper, ...] = (
    edit, edit_with_its_hash, delete, delete_and_close_up, insert, insert_at_the_end, swap, cut,
    rewrite, rewrite_with_the_head, restore_database, restore_database_and_head,
    restore_everything, damage_head, set_head_back, damage_checkpoints, give_a_pseudonym_away,
    change_a_decision, forge_with_the_desk,
)  # fmt: skip
"""Every kind; each is tried equally often."""
