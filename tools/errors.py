"""What can go wrong, as one tree; each error is one sentence that says what to do.

HolddeskError
├── BadInput (exit 2, HTTP 422)      the caller gave something wrong
│   └── NotFound (exit 2, HTTP 404)  it names something that is not there
├── Refused (exit 1, HTTP 409)       a decision, a gate or a verification said no
│   └── Denied (exit 1, HTTP 403)    the person may not; `rules` name why
└── Unavailable (exit 3, HTTP 503)   a store, snapshot or model cannot be reached
"""

from __future__ import annotations

__all__ = ["BadInput", "Denied", "HolddeskError", "NotFound", "Refused", "Unavailable"]


class HolddeskError(Exception):
    """Base of every error that a person may see: `str(error)` is that sentence."""

    code = "error"
    exit_code = 2
    http_status = 500


class BadInput(HolddeskError):
    """A file, option or value is wrong; the sentence names it and the way out."""

    code = "bad_input"
    http_status = 422


class NotFound(BadInput):
    """An order, table or packet that does not exist; the sentence offers the nearest."""

    code = "not_found"
    http_status = 404


class Refused(HolddeskError):
    """A gate said no; nothing was changed."""

    code = "refused"
    exit_code = 1
    http_status = 409


class Denied(Refused):
    """The policy guard said no; `rules` are the ids of the policies that decided."""

    code = "denied"
    http_status = 403

    def __init__(self, message: str, rules: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.rules = rules


class Unavailable(HolddeskError):
    """A dependency is missing or damaged; retry or repair, nothing was lost."""

    code = "unavailable"
    exit_code = 3
    http_status = 503
