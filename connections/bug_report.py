"""What may be said of a bug."""

import traceback


def bug_report(error: BaseException) -> str:
    """What a log may say of a bug: its type and where it was raised. Its text is left out: it may quote a value."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
