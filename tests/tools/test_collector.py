"""The collector rests while a book is read, and only then."""

from __future__ import annotations

import gc

import pytest

from tools.collector import collector_paused


def test_the_collector_is_on_again_after_a_pause_even_one_that_fails() -> None:
    with pytest.raises(RuntimeError, match="seen off"), collector_paused():
        raise RuntimeError("seen on" if gc.isenabled() else "seen off")
    assert gc.isenabled()


def test_an_inner_pause_does_not_end_the_outer_one() -> None:
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_somebody_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
