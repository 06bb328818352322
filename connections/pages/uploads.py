"""Pages that take a file, and what is said of one so large that the web server doesn't read it for any page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.urls import Resolver404, resolve, reverse

View = TypeVar("View", bound=Callable[..., object])
_NAME = "takes_file"


@dataclass(frozen=True)
class TooLarge:
    """Why a file isn't read, in a sentence, and the address of the page where one chooses another."""

    sentence: str
    back_url: str


def takes_file(back: str, why: Callable[[], str]) -> Callable[[View], View]:
    """Marks a view that takes a file. ``back``: the name of the address where one chooses it, with the view's own
    arguments; ``why``: the sentence for a file that is larger than the view takes."""

    def mark(view: View) -> View:
        setattr(view, _NAME, (back, why))
        return view

    return mark


def too_large(path: str) -> TooLarge | None:
    """What to say of a file that is too large for the view at this address; ``None`` if that takes no file."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    marked = getattr(found.func, _NAME, None)
    if marked is None:
        return None
    back, why = marked
    return TooLarge(why(), reverse(f"admin:{back}", args=found.args, kwargs=found.kwargs))
