"""Approvals, price overrides and order changes: what was signed, by whom, for which version."""

from __future__ import annotations

from dataclasses import dataclass

from seeds.generator.clock import at
from seeds.generator.model import Book, dec


@dataclass(frozen=True)
class Approval:
    """One approval row; `at` and `expires` are `MM-DD HH:MM` local."""

    order: int
    action: str
    amount: str
    by: str
    role: str
    requested_by: str
    at: str
    version: int = 1
    line: int | None = None
    currency: str = "USD"
    decision: str = "approved"
    expires: str = "03-31 23:00"
    condition: str = ""


_APPROVALS = (
    Approval(1360, "release_order", "55000", "u.petersen", "sales_operations", "u.brandt",
             "03-09 13:05"),
    Approval(1366, "release_order", "60000", "u.petersen", "sales_operations", "u.brandt",
             "03-09 15:25"),
    Approval(1387, "release_order", "270000", "u.dahl", "executive", "u.brandt", "03-10 11:40",
             condition="second signature from sales operations"),
    Approval(1367, "change_price", "1500", "u.petersen", "sales_operations", "u.hoffmann",
             "03-09 16:30", line=10),
    Approval(1042, "release_order", "6000", "u.petersen", "sales_operations", "u.brandt",
             "02-06 10:15"),
    Approval(1017, "override_credit", "20000", "u.kruse", "credit_control", "u.brandt",
             "03-02 09:00", decision="rejected", condition="wait for the February statement"),
    Approval(1318, "change_price", "250", "u.petersen", "sales_operations", "u.brandt",
             "03-06 15:00", line=10, decision="pending"),
    Approval(1359, "override_credit", "4000", "u.pritchard", "credit_control", "u.holt",
             "03-09 15:40", decision="pending"),
    Approval(1349, "override_credit", "2500", "u.neumann", "credit_control", "u.marin",
             "03-09 09:40", expires="03-10 12:00"),
    Approval(1305, "change_price", "100", "u.brandt", "sales_operations", "u.marin",
             "03-06 09:20", line=10, condition="one delivery only"),
)  # fmt: skip

# order | line | old | new | currency | reason | requested by | approved by | approval | at
_OVERRIDES = """
1323|10|331.20|309.60|EUR|match competitor, told on the phone|u.brandt|||03-06 09:58
1367|10|21.06|20.00|EUR|opening order of three new stores|u.hoffmann|u.petersen|1367|03-09 15:05
1386|10|17.40|14.27|EUR|Messekondition|u.brandt|||03-10 10:12
1355|10||24.60|USD|no condition record, price from last year|u.brandt|||03-09 11:06
"""

# order | version | field | line | old | new | by | at
_CHANGES = """
1042|2|ordered_qty|20|12|20|u.marin|03-05 16:40
1360|2|ordered_qty|10|140|150|u.marin|03-09 16:10
1326|2|promised_on||2026-03-11|2026-03-12|u.aydin|03-06 11:05
1338|2|ship_to_id||ST-110-2|ST-110-1|u.marin|03-06 17:00
1245|2|promised_on||2026-03-05|2026-03-06|u.aydin|03-04 12:30
1386|2|payment_terms_days||30|60|u.brandt|03-10 10:20
1371|2|ordered_qty|10|12|20|u.doyle|03-10 07:40
"""


def _approval_id(order: int) -> str:
    place = next(n for n, a in enumerate(_APPROVALS) if a.order == order)
    return f"AP-{501 + place:04d}"


def set_versions(book: Book) -> None:
    """Raises the version of every order that was changed after it was entered."""
    for row in _CHANGES.strip().splitlines():
        order, version, *_ = row.split("|")
        book.orders[f"SO-{order}"].version = int(version)


def add_approvals(book: Book) -> None:
    """Writes approvals, overrides and order changes."""
    for a in _APPROVALS:
        book.add("approvals", approval_id=_approval_id(a.order), order_id=f"SO-{a.order}",
                 line_no=a.line, order_version=a.version, action=a.action, amount=dec(a.amount),
                 currency=a.currency, requested_by=a.requested_by, approved_by=a.by, role=a.role,
                 decision=a.decision, decided_at=at(a.at), expires_at=at(a.expires),
                 condition=a.condition)  # fmt: skip
    for row in _OVERRIDES.strip().splitlines():
        order, line, old, new, currency, reason, asked, signed, approval, moment = row.split("|")
        book.add("price_overrides", override_id=book.next_id("price_overrides", "OV", 301),
                 order_id=f"SO-{order}", line_no=int(line), old_price=dec(old) if old else None,
                 new_price=dec(new), currency=currency, reason=reason, requested_by=asked,
                 approved_by=signed, approval_id=_approval_id(int(approval)) if approval else None,
                 at=at(moment))  # fmt: skip
    for row in _CHANGES.strip().splitlines():
        order, version, field, line, before, after, by, moment = row.split("|")
        book.add("order_changes", order_id=f"SO-{order}", version=int(version), field=field,
                 line_no=int(line) if line else None, old=before, new=after, changed_by=by,
                 changed_at=at(moment))  # fmt: skip
