"""Lists that shift while they are read: who slips from one page to another is on none that the reader sees.

Nothing promises an order of Huma's pages, or says what Visma's cursor keeps.
Source: huma.md and visma-employee.md, Reading.
"""

from __future__ import annotations

from collections.abc import Callable

from .huma_state import HumaState
from .visma_state import VismaState

State = HumaState | VismaState


def shift_once(state: State, change: Callable[[], object]) -> None:
    """Let `change` happen before the second page of a list is answered: once, in the next listing that has one.

    In Visma, cursors count from now on, or else nobody could slip.
    """
    _listen(state, _Shift(change, listings=1))


def keep_shifting(state: State) -> None:
    """The mode: in the first listing, the third, and so on, the first person moves to the end, before the second page.

    Nobody is added or removed, and every other listing holds still, so that who reads again comes through.
    """
    _listen(state, _Shift(lambda: move_first_to_end(state)))


def move_first_to_end(state: State) -> None:
    """Who came first in the list comes last: everybody else moves up by one, as if somebody in front had gone."""
    with state.lock:
        if isinstance(state, VismaState):
            state.move_to_end(next(iter(state.employees)))
        else:
            first = next(iter(state.users))
            state.users[first] = state.users.pop(first)


def _listen(state: State, shift: _Shift) -> None:
    if isinstance(state, VismaState):
        state.cursors_count = True
    state.before_page = shift.before_page


class _Shift:
    """What `before_page` of a state does. `listings`: how many are shifted; without a number, every other one."""

    def __init__(self, change: Callable[[], object], listings: int | None = None) -> None:
        self.change, self.left = change, listings
        self.listing = 0
        self.shifted_in = -1

    def before_page(self, offset: int) -> None:
        """A page is about to be answered; an offset of 0 begins a listing."""
        if offset == 0:
            self.listing += 1
        elif self.shifted_in != self.listing and (self.left or (self.left is None and self.listing % 2)):
            self.shifted_in = self.listing
            self.left = None if self.left is None else self.left - 1
            self.change()
