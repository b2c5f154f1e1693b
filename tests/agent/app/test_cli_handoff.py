"""Hand-off by command line, with personas of the demo company: tasks, the switch, rollback."""

from __future__ import annotations

import base64
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from seeds import DEMO_DIR
from tests.agent.app.conftest import HoldDesk, Said, type_in
from tests.agent.app.tables import rewrite

ORDER = "SO-1042"
INSTRUCTION = "O-D-SO-1042.v1.1"
REVERSAL = "E-SO-1042.v1.1"


def copied(home: Path, made: pytest.TempPathFactory) -> Path:
    """A home like another one, to change."""
    return Path(shutil.copytree(home, made.mktemp("handoff") / "home"))


def done(*words: object) -> None:
    """Type a command that has to succeed without a word on stderr."""
    said = type_in(*words)
    assert (said.code, said.err) == (0, "")


@pytest.fixture(scope="session")
def released_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finance saw the order and released it."""
    home = copied(demo_home, tmp_path_factory)
    done("show", ORDER, "--as", "u.vogt", "--home", home)
    why = ("--reason-code", "payment_promised", "--reason", "paid by Friday")
    done("decide", ORDER, "approve", *why, "--as", "u.vogt", "--home", home)
    return home


@pytest.fixture(scope="session")
def entered_home(released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An executive entered the release in the ERP."""
    home = copied(released_home, tmp_path_factory)
    done("worker", "--once", "--home", home)
    done("handoff", "done", ORDER, "--reply", "4711", "--as", "u.dahl", "--home", home)
    return home


@pytest.fixture
def released(released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which finance released the order."""
    return copied(released_home, tmp_path_factory)


@pytest.fixture
def listed(released: Path, holddesk: HoldDesk) -> Path:
    """The release is on the task list."""
    assert work(released, holddesk) == {"sent": 1}
    return released


@pytest.fixture
def entered(entered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release was carried out."""
    return copied(entered_home, tmp_path_factory)


def reload(
    home: Path, tmp_path: Path, holddesk: HoldDesk, table: str, where: dict[str, str], **cells: str
) -> Said:
    """Load the demo tables again, with cells of one table changed."""
    folder = tmp_path / "changed"
    shutil.copytree(DEMO_DIR, folder)
    rewrite(folder / f"{table}.csv", where, **cells)
    said = holddesk("load", folder, "--home", home, "--json")
    assert said.code == 0
    return said


def work(home: Path, holddesk: HoldDesk) -> Any:
    """One round of the worker: how many came to which status."""
    said = holddesk("worker", "--once", "--home", home, "--json")
    assert (said.code, said.err) == (0, "")
    return said.json["instructions"]


def instruction(home: Path, holddesk: HoldDesk, named: str = INSTRUCTION) -> Any:
    """An instruction as JSON."""
    return holddesk("handoff", "show", named, "--home", home, "--json").json


def test_without_settings_an_approval_becomes_a_task(listed: Path, holddesk: HoldDesk):
    (task,) = holddesk("handoff", "tasks", "--home", listed, "--json").json["tasks"]

    assert (task["instruction"], task["action"]) == (INSTRUCTION, "release_order")
    assert task["roles"] == ["executive", "finance"]
    assert "release order" in holddesk("handoff", "tasks", "--home", listed).out


def test_a_second_round_hands_nothing_over_twice(listed: Path, holddesk: HoldDesk):
    assert work(listed, holddesk) == {}
    assert len(instruction(listed, holddesk)["deliveries"]) == 1


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("u.vogt", "does not sign twice"),
        ("u.petersen", "finance"),
        ("u.schreiber", "decide nothing"),
    ],
)
def test_who_may_not_confirm_a_task_is_told_why(
    user: str, why: str, listed: Path, holddesk: HoldDesk
):
    said = holddesk("handoff", "done", ORDER, "--reply", "1", "--as", user, "--home", listed)

    said.refuses(1, user, why)
    assert instruction(listed, holddesk)["status"] == "sent"


def test_a_confirmed_task_keeps_its_reply_and_ends(entered: Path, holddesk: HoldDesk):
    found = instruction(entered, holddesk)

    assert (found["status"], found["reference"]) == ("done", "4711")
    again = ("handoff", "done", ORDER, "--reply", "2", "--as", "u.dahl", "--home", entered)
    holddesk(*again).refuses(1, "done already")


def test_a_task_needs_a_reply(listed: Path, holddesk: HoldDesk):
    said = holddesk("handoff", "done", ORDER, "--as", "u.dahl", "--home", listed)

    said.refuses(2, "--reply")


def test_a_task_that_could_not_be_done_is_refused_and_not_rolled_back(
    listed: Path, holddesk: HoldDesk
):
    no = ("handoff", "done", ORDER, "--refused", "--reply", "locked in the ERP")
    assert holddesk(*no, "--as", "u.dahl", "--home", listed).code == 0

    assert instruction(listed, holddesk)["status"] == "refused"
    said = holddesk("rollback", ORDER, "--as", "u.vogt", "--home", listed)
    said.refuses(1, "nothing to roll back")


def test_what_has_not_left_is_withdrawn_and_waits_for_a_new_decision(
    released: Path, holddesk: HoldDesk
):
    back = ("rollback", ORDER, "--reason", "wrong order", "--as", "u.vogt", "--home", released)

    assert holddesk(*back, "--json").json["status"] == "withdrawn"
    assert work(released, holddesk) == {}
    waiting = holddesk("work", ORDER, "--home", released, "--json").json["waiting"]
    assert waiting == [f"{ORDER}.v2"]


def test_a_withdrawal_is_not_everybodys(released: Path, holddesk: HoldDesk):
    said = holddesk("rollback", ORDER, "--as", "u.marin", "--home", released)

    said.refuses(1, "u.marin may not withdraw instruction")
    assert instruction(released, holddesk)["status"] == "pending"


def test_a_reversal_is_approved_by_somebody_else_and_leaves_by_itself(
    entered: Path, holddesk: HoldDesk
):
    asked = ("rollback", ORDER, "--reason", "customer called", "--as", "u.vogt", "--home", entered)
    request = holddesk(*asked, "--json").json
    assert (request["request"], request["action"], request["final"]) == (
        REVERSAL,
        "hold_order",
        False,
    )

    approve = ("handoff", "approve", REVERSAL, "--home", entered)
    holddesk(*approve, "--as", "u.vogt").refuses(1, "does not approve its reversal")
    assert holddesk(*approve, "--as", "u.dahl").code == 0
    holddesk(*approve, "--as", "u.dahl").refuses(1, "approved already")

    assert work(entered, holddesk) == {"sent": 1}
    assert instruction(entered, holddesk, f"O-{REVERSAL}")["action"] == "hold_order"
    assert instruction(entered, holddesk)["status"] == "done"


def test_a_reversal_is_asked_for_once(entered: Path, holddesk: HoldDesk):
    asked = ("rollback", ORDER, "--as", "u.vogt", "--home", entered)
    assert holddesk(*asked).code == 0

    holddesk(*asked).refuses(1, REVERSAL)
    (waits,) = holddesk("handoff", "waiting", "--home", entered, "--json").json["requests"]
    assert waits["roles"] == ["executive", "finance"]


def test_who_asked_for_a_reversal_may_take_the_request_back(entered: Path, holddesk: HoldDesk):
    holddesk("rollback", ORDER, "--as", "u.vogt", "--home", entered)

    said = holddesk("handoff", "reject", REVERSAL, "--as", "u.vogt", "--home", entered, "--json")

    assert said.json["status"] == "rejected"
    assert holddesk("handoff", "waiting", "--home", entered, "--json").json["requests"] == []


def test_a_shipped_order_comes_back_only_by_a_return_that_is_confirmed(
    entered: Path, holddesk: HoldDesk
):
    shipped = ("outcome", ORDER, "shipped", "--as", "u.jensen", "--home", entered)
    assert holddesk(*shipped).code == 0
    asked = ("rollback", ORDER, "--as", "u.vogt", "--home", entered, "--json")
    request = holddesk(*asked).json
    assert (request["action"], request["final"]) == ("return_goods", True)

    approve = ("handoff", "approve", REVERSAL, "--as", "u.dahl", "--home", entered)
    holddesk(*approve).refuses(2, "cannot be undone", request["confirm"])
    assert holddesk(*approve, "--confirm", request["confirm"]).code == 0


def test_an_outcome_is_recorded_once(released: Path, holddesk: HoldDesk):
    shipped = ("outcome", ORDER, "shipped", "--as", "u.jensen", "--home", released)
    assert holddesk(*shipped, "--json").json["outcome"] == "shipped"
    assert holddesk(*shipped).code == 0

    cancelled = ("outcome", ORDER, "cancelled", "--as", "u.jensen", "--home", released)
    holddesk(*cancelled).refuses(1, "shipped", "u.jensen")


def test_an_auditor_records_no_outcome(released: Path, holddesk: HoldDesk):
    said = holddesk("outcome", ORDER, "shipped", "--as", "u.schreiber", "--home", released)

    said.refuses(1, "u.schreiber")


def test_an_undecided_order_has_no_outcome(home: Path, holddesk: HoldDesk):
    said = holddesk("outcome", ORDER, "shipped", "--as", "u.jensen", "--home", home)

    said.refuses(2, "nothing was decided")


def test_the_switch_stops_everything_until_it_is_started(released: Path, holddesk: HoldDesk):
    stop = ("handoff", "stop", "C1", "--reason", "wrong prices", "--home", released)
    assert holddesk(*stop, "--as", "u.jensen", "--json").json["waiting"] == 1
    assert work(released, holddesk) == {}
    shown = holddesk("handoff", "list", "--home", released)
    assert "C1 is stopped" in shown.out
    assert "wrong prices" in shown.out

    start = ("handoff", "start", "C1", "--reason", "mended", "--home", released)
    holddesk(*start, "--as", "u.jensen").refuses(1, "may not start effects")
    assert holddesk(*start, "--as", "u.keller").code == 0
    assert work(released, holddesk) == {"sent": 1}


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("stop", "C9", "--reason", "x", "--as", "u.jensen"), 2, "C9"),
        (("stop", "C2", "--reason", "x", "--as", "u.jensen"), 1, "another company"),
        (("stop", "C1", "--as", "u.jensen"), 2, "--reason"),
        (("stop", "C1", "--reason", "x", "--as", "u.nobody"), 1, "u.nobody"),
        (("approve", "E-404", "--as", "u.dahl"), 2, "E-404"),
        (("show", "SO-9999"), 2, "SO-9999"),
        (("settle", INSTRUCTION, "maybe", "--as", "u.dahl"), 2, "arrived, absent"),
        (("settle", INSTRUCTION, "arrived", "--reason", "seen", "--as", "u.dahl"), 1, "pending"),
        (("retry", INSTRUCTION, "--reason", "mended", "--as", "u.dahl"), 1, "only what failed"),
        (("receive", "nowhere.json"), 2, "nowhere.json"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    words: tuple[str, ...], code: int, why: str, released: Path, holddesk: HoldDesk
):
    holddesk("handoff", *words, "--home", released).refuses(code, why)


def test_the_customer_message_is_sent_by_somebody_who_read_it_and_touched_nothing(
    released: Path, holddesk: HoldDesk
):
    shown = holddesk("message", ORDER, "--home", released, "--json").json
    assert shown["locked"] is True
    send = ("message", ORDER, "--send", "--home", released)
    confirmed = (*send, "--confirm", shown["confirm"])

    holddesk(*send, "--as", "u.dahl").refuses(2, "cannot be undone", shown["confirm"])
    holddesk(*send, "--confirm", "00000000", "--as", "u.dahl").refuses(2, shown["confirm"])
    holddesk(*confirmed, "--as", "u.vogt").refuses(1, "approved an action of the order")
    holddesk(*confirmed, "--as", "u.marin").refuses(1, "changed the order")
    said = holddesk(*confirmed, "--as", "u.dahl", "--json")
    again = holddesk(*confirmed, "--as", "u.dahl")

    body = instruction(released, holddesk, said.json["instruction"])["body"]
    assert body["parameters"]["text"] == shown["text"]
    assert body["parameters"]["text_hash"] == shown["text_hash"]
    again.refuses(1, "already")


def test_changed_rules_stop_an_approved_instruction(released: Path, holddesk: HoldDesk):
    rules = released / "rules.yaml"
    rules.write_text(rules.read_text() + "\ncredit:\n  limit_comparator: '>='\n")

    assert work(released, holddesk) == {"stale": 1}
    assert holddesk("work", ORDER, "--home", released, "--json").json["waiting"] == [f"{ORDER}.v2"]


@pytest.mark.parametrize(
    ("table", "where", "cells", "why"),
    [
        (
            "credit_accounts",
            {"customer_id": "CU-110"},
            {"credit_limit": "100000"},
            "credit_limit 120000 -> 100000",
        ),
        ("staff", {"user_id": "u.vogt"}, {"roles": "warehouse"}, "u.vogt may not release order"),
    ],
)
def test_sources_that_changed_after_the_approval_stop_it_and_who_approved_is_told(
    table: str,
    where: dict[str, str],
    cells: dict[str, str],
    why: str,
    released: Path,
    tmp_path: Path,
    holddesk: HoldDesk,
):
    reload(released, tmp_path, holddesk, table, where, **cells)

    assert work(released, holddesk) == {"stale": 1}
    assert why in instruction(released, holddesk)["why"]
    told = holddesk("inbox", "--as", "u.vogt", "--home", released, "--json").out
    assert "nothing was sent" in told


def test_a_load_that_shows_the_order_shipped_records_its_outcome(
    entered: Path, tmp_path: Path, holddesk: HoldDesk
):
    said = reload(entered, tmp_path, holddesk, "orders", {"order_id": ORDER}, status="shipped")

    assert said.json["outcomes"] == [ORDER]
    cancelled = holddesk("outcome", ORDER, "cancelled", "--as", "u.jensen", "--home", entered)
    cancelled.refuses(1, "shipped", "snapshot")


def test_a_signed_reply_in_a_file_is_received_once(
    listed: Path, tmp_path: Path, holddesk: HoldDesk
):
    secret = f"whsec_{base64.b64encode(b'r' * 32).decode()}"
    (listed / "replies").write_text(secret)
    (listed / "handoff.yaml").write_text(
        "default: {channel: tasks, reply_secrets: ['file:replies']}\n"
    )
    key = instruction(listed, holddesk)["idempotency_key"]
    body = json.dumps({"idempotency_key": key, "status": "done", "reference": "4711"})
    at = datetime.now(UTC)
    headers = {"webhook-id": "m1", "webhook-timestamp": str(int(at.timestamp())),
               "webhook-signature": Webhook(secret).sign("m1", at, body)}  # fmt: skip
    file = tmp_path / "reply.json"
    file.write_text(json.dumps({"headers": headers, "body": body}))
    receive = ("handoff", "receive", file, "--home", listed)

    assert holddesk(*receive, "--json").json["status"] == "done"
    holddesk(*receive).refuses(1, "accepted before")
    assert instruction(listed, holddesk)["reference"] == "4711"


def test_a_wrong_setting_names_its_key(released: Path, holddesk: HoldDesk):
    (released / "handoff.yaml").write_text("companies:\n  C1:\n    channel: webhok\n")

    for words in (("handoff", "check"), ("worker", "--once"), ("handoff", "list")):
        holddesk(*words, "--home", released).refuses(2, "companies.C1.channel", "webhook")


def test_a_file_drop_is_one_whole_file_an_instruction(released: Path, holddesk: HoldDesk):
    (released / "handoff.yaml").write_text("default:\n  channel: file\n  folder: out\n")

    assert work(released, holddesk) == {"sent": 1}
    (dropped,) = (released / "out").iterdir()
    assert dropped.name == f"{instruction(released, holddesk)['idempotency_key']}.json"


def test_every_step_stands_in_an_audit_that_holds(entered: Path, holddesk: HoldDesk):
    assert holddesk("audit", "verify", "--home", entered, "--json").json["ok"] is True
