"""Opening the desk store, and its transactions.

SQLite by default (WAL, foreign keys, synchronous FULL), PostgreSQL by URL. Writers take the
database's write lock at their start (`BEGIN IMMEDIATE`), so that a decision never fails half-way
for a lock. Pending migrations run when the store is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from weakref import finalize

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from agent.desk.head import ROWS, Head
from tools.errors import Unavailable

REVISION = "0005"
"""The newest migration that this release knows."""

Clock = Callable[[Session], datetime]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE passes a delete trigger by
    "PRAGMA synchronous=FULL",
)


def database_clock(session: Session) -> datetime:
    """Now, by the clock of the database."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(found).replace(tzinfo=UTC)
    now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now.astimezone(UTC)


class Desk:
    """The desk store: sessions to read and to write, its clock, and the head of its audit."""

    def __init__(self, engine: Engine, head: Head, clock: Clock | None = None) -> None:
        self.engine = engine
        self.head = head
        self.now = clock or database_clock
        self._writer = engine.execution_options(desk_writes=True)
        finalize(self, engine.dispose)  # connections of a desk that nobody closes are closed too

    @contextmanager
    def read(self, *, one_state: bool = False) -> Iterator[Session]:
        """A session that reads; with `one_state` all its statements see the same moment."""
        with _plain_errors(), Session(self.engine, expire_on_commit=False) as session:
            if one_state and self.engine.dialect.name == "postgresql":  # SQLite always does
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: everything in it is kept, or nothing."""
        with _plain_errors():
            with Session(self._writer, expire_on_commit=False) as session, session.begin():
                session.connection()  # takes the write lock now, not at the first statement
                yield session
                appended = session.info.get("audit_appended", 0)
            if appended:
                self._write_head(appended)

    def _write_head(self, seq: int) -> None:
        """Bring the head file to the newest link, one writer at a time, never backwards.

        What is recorded stays so: where others hold the lock for long, one of them will do it.
        """
        known = self.head.read()
        if known is not None and known["seq"] >= seq:
            return
        try:
            with self._chain_locked() as session:
                self.head.follow(session)
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise

    def checkpoint(self) -> int:
        """Lay down a signed checkpoint of the audit now; how many there are then."""
        with _plain_errors(), self._chain_locked() as session:
            return self.head.checkpoint(session)

    @contextmanager
    def _chain_locked(self) -> Iterator[Session]:
        lock = "" if self.engine.dialect.name == "sqlite" else " FOR UPDATE"
        with Session(self._writer) as session, session.begin():
            session.execute(text("SELECT seq FROM chain WHERE name = 'audit'" + lock)).all()
            yield session

    def adopt_head(self) -> None:
        """Begin to keep the head of an audit that others have written, where none is kept yet."""
        with self.write() as session:
            self.head.start()
            session.info["audit_appended"] = 1  # writes the newest link to the head

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_desk(
    where: str | Path,
    *,
    head: Path | None = None,
    clock: Clock | None = None,
    checkpoint_rows: int = ROWS,
) -> Desk:
    """Open the store and bring it to the newest migration.

    Args:
        where: a path of a SQLite file, or an SQLAlchemy URL.
        head: the file that keeps the audit's newest link; beside a SQLite file by default.
        clock: what "now" is for expiry; the database's clock by default, pinned in a demo home.
        checkpoint_rows: rows of the audit after which a signed checkpoint is written.

    Raises:
        Unavailable: it cannot be opened, or a newer release wrote it.
    """
    url = where if isinstance(where, str) and "://" in where else f"sqlite:///{Path(where)}"
    path = make_url(url).database if url.startswith("sqlite") else None
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    if head is None and path and path != ":memory:":
        head = Path(path).with_name("audit.head")
    with _plain_errors():
        engine = _engine(url)
        keeper = Head(head, rows=checkpoint_rows)
        _migrate(engine, keeper)
    return Desk(engine, keeper, clock)


def revision_of(where: str | Path) -> str | None:
    """The migration that a store is at, read without changing it; None where there is none yet.

    Raises:
        Unavailable: it cannot be reached, or a newer release wrote it.
    """
    url = where if isinstance(where, str) and "://" in where else f"sqlite:///{Path(where)}"
    with _plain_errors():
        engine = _engine(url)
        with engine.connect() as connection:
            found = _revision(connection)
        engine.dispose()
    return found


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        try:
            return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        except ImportError as error:
            raise Unavailable(
                "PostgreSQL needs its extra: pip install 'holddesk[postgres]'"
            ) from error
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, below
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("desk_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine, head: Head) -> None:
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with engine.execution_options(desk_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(4150001)"))
        found = _revision(connection)
        if found == REVISION:
            return
        if found is None:
            head.start()
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    if found is not None and found > REVISION:
        raise Unavailable(
            f"the desk store was written by a newer release (revision {found}); upgrade holddesk"
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("agent.desk") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Unavailable(f"the desk store cannot be used: {_first_line(error)}") from error
    except DBAPIError as error:
        raise Unavailable(f"the desk store refused: {_first_line(error)}") from error
    except SQLAlchemyError as error:
        raise Unavailable(f"the desk store cannot be used: {_first_line(error)}") from error


def _first_line(error: SQLAlchemyError) -> str:
    text_of = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return (text_of.splitlines() or ["unknown"])[0]
