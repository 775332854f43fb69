"""Random generators: found in a template, given a new seed in each fork that becomes a viewer's.

So viewers do not draw the same numbers, as they would not with a kernel of their own
each. What the author seeded goes on as it was, where the generator tells.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from random import Random
from typing import Any

CHOSEN = 1 << 64
"""A seed of numpy below this was chosen by the author; chance gives 128 bits."""

CHOSEN_FOR_TORCH = 1 << 32
"""The same of torch, which takes 64 bits from chance."""

_found: list[Any] = []


def find() -> None:
    """Note all generators there are, wherever they are kept; once in a template, before it freezes.

    What is frozen is listed no more: a template that is itself a fork has inherited the
    list of its own template, and adds to it.
    """
    with contextlib.suppress(Exception):  # a notebook may have put anything into numpy
        numpy = sys.modules.get("numpy.random")
        named = [getattr(numpy, name, None) for name in ("BitGenerator", "RandomState")]
        kinds = (Random, *(kind for kind in named if isinstance(kind, type)))
        # By ``type``: to ask an object what it is may run a notebook's code.
        _found.extend([one for one in gc.get_objects() if issubclass(type(one), kinds)])


def renew() -> None:
    """Give the generators a new seed, unless the author chose theirs."""
    for one in _found:
        with contextlib.suppress(Exception):  # it may be of a class of the notebook's own
            _renew(one)
    torch = sys.modules.get("torch")
    with contextlib.suppress(Exception):
        if torch is not None and torch.initial_seed() >= CHOSEN_FOR_TORCH:
            torch.seed()


def _renew(one: Any) -> None:
    if issubclass(type(one), Random):
        # Nothing in it tells an author's seed from chance. That all viewers get the numbers of
        # a generator left to chance is wrong; that one with a seed goes on differently is
        # what Python itself does in a fork to the generator behind ``random.random``.
        Random.seed(one)
        return
    bits = getattr(one, "_bit_generator", one)
    if _left_to_chance(bits):
        fresh = type(bits)().state
        if bits is one:
            bits.state = fresh
        else:
            one.set_state(fresh)  # forgets the second of a pair of normal numbers, too


def _left_to_chance(bits: Any) -> bool:
    """``seed(7)`` and ``RandomState(7)`` leave no seed sequence at all."""
    entropy = getattr(bits.seed_seq, "entropy", 0)
    return isinstance(entropy, int) and entropy >= CHOSEN


__all__ = ["find", "renew"]
