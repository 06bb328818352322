"""The pause before the next try, in the unit of the arguments: seconds or minutes."""


def doubled(tries: int, first: float, longest: float) -> float:
    """``first`` after the first try, twice as long after each further one, and never longer than ``longest``."""
    return min(longest, first * 2.0 ** min(max(tries, 1) - 1, 30))


def half_of(lasted: float, shortest: float, longest: float) -> float:
    """Half of the time that something has lasted. It needs no count, so it also grows over several processes."""
    return max(shortest, min(longest, lasted / 2))
