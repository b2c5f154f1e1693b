"""The functions behind `handoff …`: where instructions stand, tasks, replies, the switch."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from agent.app.given import one_of
from agent.app.handoff_settings import HANDOFF_FILE, described, load_handoff, secret
from agent.app.home import open_home
from agent.app.office import Office, open_office
from agent.app.output import counted, emit_json, indented, say, table, words
from agent.desk import deliveries, outbox, replies, switch, tasks
from agent.desk.outbox_models import IN_DOUBT, NOT_LEFT, Outbox, Reply
from tools.errors import BadInput


def body_of(office: Office, row: Outbox, now: datetime) -> dict[str, Any]:
    """An instruction as JSON."""
    late = deliveries.late_at(row, office.settings.of(row.company_id).allowed)
    return {
        "instruction": row.outbox_id,
        "order_id": row.order_id,
        "packet_id": row.packet_id,
        "company_id": row.company_id,
        "action": row.kind,
        "status": row.status,
        "channel": row.channel or office.settings.of(row.company_id).channel,
        "attempts": row.attempts,
        "approved_at": row.created_at.isoformat(),
        "due_at": late.isoformat(),
        "late": row.status in (*NOT_LEFT, *IN_DOUBT) and now > late,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "expires_at": row.expires_at.isoformat(),
        "reference": row.reference,
        "why": row.why,
    }


def show_list(where: Path, order: str | None, json: bool) -> None:
    """Every instruction, with the switches that stand against them."""
    office = open_office(where)
    with office.desk.read() as session:
        now = office.desk.now(session)
        rows = [body_of(office, row, now) for row in outbox.all_of(session, order)]
        off = [one for one in switch.switches(session) if one.stopped]
    if json:
        stopped = [{"company_id": one.company_id, "reason": one.reason, "by": one.changed_by,
                    "at": one.changed_at.isoformat()} for one in off]  # fmt: skip
        emit_json({"instructions": rows, "stopped": stopped})
        return
    lines: list[object] = [
        f"{one.company_id} is stopped since {one.changed_at:%Y-%m-%d %H:%M} UTC by "
        f"{one.changed_by}: {one.reason}"
        for one in off
    ]
    if not rows:
        say(*lines, "nothing was handed on yet: an approval puts an instruction here")
        return
    cells = [
        (row["instruction"], row["order_id"], words(row["action"]),
         words(row["status"]) + (", late" if row["late"] else ""), row["channel"],
         row["reference"] or row["why"])
        for row in rows
    ]  # fmt: skip
    say(*lines, table("", ("instruction", "order", "action", "status", "by", "note"), cells))


def show_one(where: Path, named: str, json: bool) -> None:
    """One instruction with its attempts and replies."""
    office = open_office(where)
    row = office.instruction(named)
    with office.desk.read() as session:
        body = body_of(office, row, office.desk.now(session))
        tried = deliveries.attempts(session, row.outbox_id)
        given = list(session.scalars(select(Reply).where(Reply.outbox_id == row.outbox_id)))
    body["idempotency_key"], body["body"] = row.idempotency_key, row.body
    body["deliveries"] = [
        {"attempt": one.attempt, "channel": one.channel, "worker": one.worker,
         "began_at": one.began_at.isoformat(), "result": one.result, "detail": one.detail}
        for one in tried
    ]  # fmt: skip
    body["replies"] = [
        {"message_id": one.message_id, "status": one.status, "applied": one.applied,
         "received_at": one.received_at.isoformat()}
        for one in given
    ]  # fmt: skip
    if json:
        emit_json(body)
        return
    lines: list[object] = [
        f"{body['instruction']}: {words(body['action'])} of {body['order_id']}, "
        f"{words(body['status'])} by {body['channel']}",
        indented(f"approved at {body['approved_at']}, good until {body['expires_at']}"),
    ]
    lines += [
        indented(f"attempt {one['attempt']} at {one['began_at']}: {one['result']} {one['detail']}")
        for one in body["deliveries"]
    ]
    lines += [indented(f"reply {one['status']} at {one['received_at']}") for one in body["replies"]]
    if body["reference"] or body["why"]:
        lines.append(indented(str(body["reference"] or body["why"])))
    say(*lines)


def show_tasks(where: Path, json: bool) -> None:
    """What people have to do, and who may confirm it."""
    office = open_office(where)
    with office.desk.read() as session:
        now = office.desk.now(session)
        found = tasks.open_tasks(session)
        rows = [
            body_of(office, row, now)
            | {"parameters": row.body.get("parameters", {}),
               "roles": sorted({*office.roles_of(row), "executive"})}
            for row in found
        ]  # fmt: skip
        waits = [row for row in outbox.all_of(session) if row.status == "pending"]
    if json:
        emit_json({"tasks": rows})
        return
    if not rows:
        more = "; run holddesk worker --once to hand on what waits" if waits else ""
        say(f"no open task{more}")
        return
    cells = [
        (row["instruction"], row["order_id"], words(row["action"]), row["approved_at"],
         ", ".join(map(words, row["roles"])))
        for row in rows
    ]  # fmt: skip
    say(table("", ("task", "order", "do in the ERP", "approved", "may confirm"), cells))
    say("then: holddesk handoff done TASK --reply NUMBER --as USER")


def confirm_task(
    where: Path, named: str, status: str, reply: str, user: str | None, json: bool
) -> None:
    """Confirm a task as a person."""
    office = open_office(where)
    row = office.instruction(named)
    acting, _ = office.acting(user, row.order_id)
    tasks.confirm(office.desk, row, status, reply, acting)
    _say_status(office, row, json)


def settle_doubt(
    where: Path, named: str, what: str, reason: str, user: str | None, json: bool
) -> None:
    """Settle an instruction in doubt by hand."""
    one_of(what, "answer", ("arrived", "absent"))
    office = open_office(where)
    row = office.instruction(named)
    acting, _ = office.acting(user, row.order_id)
    tasks.settle(office.desk, row, what == "arrived", reason, acting)
    _say_status(office, row, json)


def retry_failed(where: Path, named: str, reason: str, user: str | None, json: bool) -> None:
    """Let a failed instruction leave once more."""
    office = open_office(where)
    row = office.instruction(named)
    acting, _ = office.acting(user, row.order_id)
    tasks.retry(office.desk, row, reason, acting)
    _say_status(office, row, json)


def _say_status(office: Office, row: Outbox, json: bool) -> None:
    with office.desk.read() as session:
        now = outbox.one(session, row.outbox_id)
        body = body_of(office, now, office.desk.now(session))
    if json:
        emit_json(body)
        return
    say(f"{now.outbox_id} of {now.order_id} is {words(now.status)}.")


def receive_file(where: Path, file: Path, json: bool) -> None:
    """Accept a reply from a file `{"headers": {…}, "body": "the body as it was signed"}`."""
    office = open_office(where)
    try:
        document = orjson.loads(file.read_bytes())
        headers = {str(k): str(v) for k, v in document["headers"].items()}
        payload = document["body"].encode()
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})") from error
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f'{file}: write it as {{"headers": {{…}}, "body": "the text that was signed"}}'
        ) from error
    received = replies.receive(office.desk, headers, payload, reply_secrets(office))
    if json:
        emit_json({"instruction": received.outbox_id, "status": received.status,
                   "applied": received.applied})  # fmt: skip
        return
    was = "" if received.applied else " already: the reply is kept and changes nothing"
    say(f"{received.outbox_id} is {words(received.status)}{was}")


def reply_secrets(office: Office) -> replies.Secrets:
    """The secrets of replies by company, as the settings name them."""

    def of(company_id: str) -> list[bytes]:
        names = office.settings.of(company_id).reply_secrets
        key = f"companies.{company_id}.reply_secrets"
        return [secret(name, office.home.path, key) for name in names]

    return of


def set_switch(
    where: Path, company: str, stop: bool, reason: str, user: str | None, json: bool
) -> None:
    """Stop or start what leaves for a company."""
    office = open_office(where)
    person = office.person_in(user, company)
    done = switch.switch(office.desk, company, stop, reason, person, office.guard)
    if json:
        emit_json({"company_id": company, "stopped": stop, "changed": done.changed,
                   "waiting": done.waiting, "on_its_way": done.on_its_way})  # fmt: skip
        return
    state = "stopped" if stop else "started"
    was = "" if done.changed else " already"
    lines = [f"{company} is {state}{was}; {counted(done.waiting, 'instruction')} not sent yet."]
    if stop and done.on_its_way:
        on_way = counted(done.on_its_way, "instruction")
        lines.append(f"{on_way} left in the moment before; holddesk handoff list shows them.")
    say(*lines)


def check_settings(where: Path, json: bool) -> None:
    """Check `handoff.yaml` and the secrets that it names."""
    home = open_home(where)
    settings = load_handoff(home.path)
    named = [("default", settings.default), *settings.companies.items()]
    for company, channel in named:
        key = company if company == "default" else f"companies.{company}"
        for name in (*channel.reply_secrets, *getattr(channel, "secrets", ())):
            secret(name, home.path, key)
    if json:
        emit_json(described(settings))
        return
    file = home.path / HANDOFF_FILE
    if not file.exists():
        say(f"{file} does not exist: every instruction becomes a task for people")
    places = {"file": "folder", "webhook": "url"}
    rows = [
        (company, channel.channel, str(getattr(channel, places.get(channel.channel, ""), "")),
         f"{channel.sla_minutes} min", "yes" if channel.reply_secrets else "no")
        for company, channel in named
    ]  # fmt: skip
    say(table("", ("company", "channel", "to", "late after", "signed replies"), rows))
