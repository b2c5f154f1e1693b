"""How each action is undone, said before it is approved and used when it is rolled back.

reversible  another instruction brings back what was before
compensate  what was done stays done; another instruction makes up for it
final       nothing brings it back; whoever approves what is left to do confirms it twice
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Undo:
    """How one action is undone."""

    how: Literal["reversible", "compensate", "final"]
    action: str
    """What the receiver is told to do."""
    says: str


UNDO: Mapping[str, Undo] = {
    "release_order": Undo("reversible", "hold_order", "the order is put on hold again"),
    "override_credit": Undo("reversible", "restore_credit_block", "the credit block stands again"),
    "change_credit_limit": Undo("reversible", "restore_credit_limit", "the limit is as before"),
    "change_price": Undo("reversible", "restore_price", "the price is as before"),
    "change_promise": Undo(
        "compensate", "correct_promise", "the former date is promised again, and the customer told"
    ),
    "allocate_stock": Undo("reversible", "free_allocation", "the stock is free again"),
    "transfer_stock": Undo("compensate", "transfer_back", "the stock is sent back"),
    "ship_partial": Undo("final", "return_goods", "goods that left come back only by a return"),
    "substitute_item": Undo("compensate", "restore_item", "the ordered item is put back"),
    "notify_customer": Undo(
        "final", "correct_message", "a message that was sent is corrected by another one"
    ),
    "update_erp": Undo("compensate", "correct_erp", "the entry is corrected by another one"),
}
SHIPPED = Undo("final", "return_goods", "the order shipped: goods come back only by a return")

CORRECTIONS = {
    "en": "Please disregard our last message about your order {ref}. We apologise for it.",
    "de": "Bitte betrachten Sie unsere letzte Nachricht zu Ihrer Bestellung {ref} als "
    "gegenstandslos. Wir bitten um Entschuldigung.",
    "fr": "Merci de ne pas tenir compte de notre dernier message concernant votre commande {ref}. "
    "Veuillez nous en excuser.",
}


def undo_of(action: str, shipped: bool) -> Undo | None:
    """How an action is undone; None where the desk knows no way.

    Args:
        action: the approved action.
        shipped: whether the order is known to have shipped, which no instruction takes back.
    """
    found = UNDO.get(action)
    moves_goods = action in ("release_order", "allocate_stock", "substitute_item")
    return SHIPPED if shipped and moves_goods and found else found


def correction(message: Mapping[str, Any], ref: str) -> str:
    """The text that corrects a message, in its language."""
    language = str(message.get("language", "en"))
    return CORRECTIONS.get(language, CORRECTIONS["en"]).format(ref=ref)
