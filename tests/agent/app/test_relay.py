"""The relay: what stands is handed over once, what does not is not, and doubt is settled first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.app.channels import Channel, Letter
from agent.app.handoff_settings import HandoffSettings, Retry
from agent.app.relay import Relay, wait_after
from agent.desk import notices, outbox
from agent.desk.deliveries import Kind, Result
from agent.desk.outbox import Claim
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tests.agent.desk.handing import approved, events, now, set_to
from tests.agent.desk.people import NOW, a_desk, person
from tools.errors import Denied, Unavailable


@dataclass
class FakeChannel:
    """A receiver in the same process: it answers as told, and counts what it was handed."""

    answers: list[Kind] = field(default_factory=list)
    knows: Kind = "absent"
    name: str = "webhook"
    target: str = "there"
    sent: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    breaks: bool = False
    fails_to_prepare: bool = False

    def prepare(self, letter: Letter, token: str) -> None:
        if self.fails_to_prepare:
            raise OSError(28, "No space left on device")

    def discard(self, letter: Letter, token: str) -> None:
        pass

    def send(self, letter: Letter, claim: Claim, token: str) -> Result:
        self.sent.append(letter.key)
        if self.breaks:
            raise RuntimeError("broken")
        return Result(self.answers.pop(0) if self.answers else "accepted", "said")

    def ask(self, letter: Letter, token: str) -> Result:
        self.asked.append(letter.key)
        return Result(self.knows, "asked")


class Faked(Relay):
    """A relay whose every company has the same fake receiver."""

    fake: FakeChannel

    def _channel(self, row: Outbox) -> Channel:
        return self.fake


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = a_desk(tmp_path)
    yield opened
    opened.close()


def relay(desk: Desk, fake: FakeChannel, stands: Callable[[Outbox], str] = lambda _: "") -> Relay:
    made = Faked(desk, Path("nowhere"), HandoffSettings(retry=Retry(first_seconds=1)), stands)
    made.fake = fake
    return made


def again(desk: Desk, row: Outbox) -> None:
    """The wait is over."""
    set_to(desk, row, next_at=NOW)


def test_what_stands_is_handed_over_once(desk: Desk):
    row, fake = approved(desk), FakeChannel()
    worker = relay(desk, fake)

    assert worker.round().counted() == {"sent": 1}
    assert worker.round().counted() == {}
    assert fake.sent == [row.idempotency_key]


def test_what_stands_no_more_is_not_sent_and_who_approved_is_told(desk: Desk):
    row, fake = approved(desk), FakeChannel()

    assert relay(desk, fake, lambda _: "the limit changed").round().counted() == {"stale": 1}
    assert fake.sent == []
    assert now(desk, row).why == "the limit changed"
    with desk.read() as session:
        ((notice, _),) = notices.inbox(session, person())
        others = notices.inbox(session, person("warehouse"))
    assert "the limit changed" in notice.says
    assert others == []


@pytest.mark.parametrize("error", [Unavailable("no snapshot"), RuntimeError("a bug")])
def test_what_cannot_be_judged_again_waits(desk: Desk, error: Exception):
    row, fake = approved(desk), FakeChannel()

    def cannot(_: Outbox) -> str:
        raise error

    assert relay(desk, fake, cannot).round().counted() == {"pending": 1}
    assert (fake.sent, now(desk, row).attempts) == ([], 0)


def test_one_order_that_cannot_be_judged_stops_no_other(desk: Desk):
    approved(desk, "SO-1")
    good, fake = approved(desk, "SO-2"), FakeChannel()

    def picky(row: Outbox) -> str:
        if row.order_id == "SO-1":
            raise Denied("no")
        return ""

    relay(desk, fake, picky).round()
    assert fake.sent == [good.idempotency_key]


def test_an_expired_approval_is_not_sent(desk: Desk):
    row, fake = approved(desk), FakeChannel()
    set_to(desk, row, expires_at=NOW)

    assert relay(desk, fake).round().counted() == {"expired": 1}
    assert fake.sent == []


def test_doubt_is_settled_before_anything_is_sent_again(desk: Desk):
    row, fake = approved(desk), FakeChannel(["unknown"], knows="done")
    worker = relay(desk, fake)
    worker.round()
    again(desk, row)
    worker.round()

    assert (len(fake.sent), len(fake.asked)) == (1, 1)
    assert now(desk, row).status == "done"


def test_what_the_receiver_has_not_is_sent_again_with_the_same_key(desk: Desk):
    row, fake = approved(desk), FakeChannel(["unknown"])
    worker = relay(desk, fake)
    worker.round()
    again(desk, row)
    worker.round()

    assert fake.asked == [row.idempotency_key]
    assert fake.sent == [row.idempotency_key] * 2


def test_while_nobody_knows_nothing_is_sent(desk: Desk):
    row, fake = approved(desk), FakeChannel(["unknown"], knows="unknown")
    worker = relay(desk, fake)
    for _ in range(3):
        worker.round()
        again(desk, row)

    assert len(fake.sent) == 1
    assert now(desk, row).status == "unknown"


def test_a_channel_that_breaks_leaves_doubt_and_the_round_goes_on(desk: Desk):
    rows = [approved(desk, f"SO-{n}") for n in range(2)]
    fake = FakeChannel(breaks=True)

    assert relay(desk, fake).round().counted() == {"unknown": 2}
    assert [now(desk, row).status for row in rows] == ["unknown"] * 2


def test_a_full_disk_is_said_and_nothing_is_claimed(desk: Desk):
    row = approved(desk)

    assert relay(desk, FakeChannel(fails_to_prepare=True)).round().counted() == {"pending": 1}
    assert (now(desk, row).attempts, "No space" in now(desk, row).why) == (0, True)


def test_a_receiver_that_wants_nothing_any_more_stops_its_company(desk: Desk):
    rows = [approved(desk, f"SO-{n}") for n in range(3)]
    fake = FakeChannel(["gone"])
    worker = relay(desk, fake)
    worker.round()
    worker.round()

    assert len(fake.sent) == 1
    assert [now(desk, row).status for row in rows] == ["pending"] * 3
    with desk.read() as session:
        assert outbox.stopped(session, "C1")
    assert "handoff.stopped" in events(desk, "handoff.")


def test_a_worker_that_is_told_to_stop_leaves_the_rest(desk: Desk):
    for n in range(3):
        approved(desk, f"SO-{n}")
    fake = FakeChannel()

    relay(desk, fake).round(stopped=lambda: len(fake.sent) == 1)
    assert len(fake.sent) == 1


def test_what_was_sent_one_way_is_not_sent_another_way(desk: Desk, tmp_path: Path):
    row = approved(desk)
    set_to(desk, row, channel="webhook")
    drop = HandoffSettings.model_validate({"default": {"channel": "file", "folder": "out"}})

    done = Relay(desk, tmp_path, drop, lambda _: "").round()
    assert done.counted() == {"pending": 1}
    assert not (tmp_path / "out").exists()
    assert "first sent by webhook" in now(desk, row).why


def test_waits_double_up_to_the_most_with_jitter():
    retry = Retry(first_seconds=5, most_seconds=600)
    waits = [[wait_after(retry, n).total_seconds() for _ in range(30)] for n in (1, 2, 3, 50)]

    for least, found in zip((5, 10, 20, 600), waits, strict=True):
        assert all(least <= one <= min(least + 5, 600) for one in found)
    assert len(set(waits[0])) > 1


def test_a_worker_that_fell_silent_is_noticed(desk: Desk):
    row, fake = approved(desk), FakeChannel(knows="accepted")
    outbox.claim(desk, row.outbox_id, "dead", "webhook", "", timedelta(0))
    set_to(desk, row, claim_until=datetime(2000, 1, 1, tzinfo=NOW.tzinfo))

    assert relay(desk, fake).round().counted() == {"sent": 1}
    assert (fake.sent, fake.asked) == ([], [row.idempotency_key])
