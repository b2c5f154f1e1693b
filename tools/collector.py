"""Pause Python's cyclic garbage collector while a book is read and judged.

A book is up to millions of live rows and figures. Every pass of the collector walks them and finds
nothing: with the pauses, reading and judging take little more than half the time. What a book
holds is freed by reference counting once it is closed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector; a pause within another, or beside one of another thread, is none.

    So a pause lasts as long as its own work, and never as long as there is any work.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
