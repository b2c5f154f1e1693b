"""The customer message of a packet: locked, and sent on an approval of its own.

Whoever approves it read exactly this text, and confirms so by its code: nothing takes it back.
"""

from __future__ import annotations

from agent.desk import effects, outbox, packets
from agent.desk.effects import Acting
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tools.errors import Refused


def send_message(desk: Desk, packet_id: str, confirm: str, acting: Acting) -> Outbox:
    """Approve the packet's customer message, whose code the person read, and hand it on.

    Raises:
        BadInput: the code is not that of the text as it stands.
        Denied: the guard says no; the attempt is audited.
        Refused: the evidence changed, or the message is on its way already.
    """
    with desk.read() as session:
        found = packets.packet(session, packet_id)
    message = outbox.message_of(found)
    if not message["text"]:
        raise Refused(f"{packet_id} holds no message: its sentences were withheld")
    if acting.current.fingerprint != found.fingerprint:
        raise Refused(
            f"the evidence of {packet_id} changed after the message was drafted: nothing was "
            f"sent; draft it again: holddesk work {found.order_id}"
        )
    row = effects.draft(desk, "message", found, "notify_customer", message, acting, final=True)
    effects.confirmed(row, confirm)
    return effects.decide(desk, row, found, acting, new=True)
