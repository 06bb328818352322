"""Lists that shift while they are read: a person who moves to another page may be on no page that the reader sees.

Neither vendor promises an order of Huma's pages, or says what Visma's cursor keeps.
Source: huma.md and visma-employee.md, Reading.
"""

from __future__ import annotations

from collections.abc import Callable

from connections.sandbox.huma.state import HumaState
from connections.sandbox.visma.state import VismaState

State = HumaState | VismaState


def shift_once(state: State, change: Callable[[], object]) -> None:
    """Call `change` before the second page of a list is answered: once, in the next listing that has one.

    In Visma, cursors then count rows; otherwise nobody could be missed.
    """
    _listen(state, _Shift(change, listings=1))


def keep_shifting(state: State) -> None:
    """The mode: in every second listing, from the first on, the first person moves to the end before the second page.

    Nobody is added or removed, and the listings in between don't shift, so a reader that reads again succeeds.
    """
    _listen(state, _Shift(lambda: move_first_to_end(state)))


def move_first_to_end(state: State) -> None:
    """Move the first person of the list to the end: everybody else moves up by one, as if the first had left."""
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
    """The `before_page` of a state. `listings`: how many are shifted; None shifts every second one."""

    def __init__(self, change: Callable[[], object], listings: int | None = None) -> None:
        self.change, self.left = change, listings
        self.listing = 0
        self.shifted_in = -1

    def before_page(self, offset: int) -> None:
        """Called before a page is answered; an offset of 0 begins a listing."""
        if offset == 0:
            self.listing += 1
        elif self.shifted_in != self.listing and (self.left or (self.left is None and self.listing % 2)):
            self.shifted_in = self.listing
            self.left = None if self.left is None else self.left - 1
            self.change()
