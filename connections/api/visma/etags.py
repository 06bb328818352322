"""The ETag of a document of Visma, with which its PUT is guarded. Source: visma-employee.md, Writing."""

from connections.api import shapes
from connections.api.decoding import BeyondLimit, WrongShape
from connections.api.responses import Answer

LONGEST_ETAG = 200
"""Characters of an ETag that are kept."""


def etag_of(answer: Answer, may_be_missing: bool) -> str:
    """The ETag of an answer; "" if there is none and ``may_be_missing``. Raises WrongShape."""
    given = answer.headers.get("ETag")
    if given is None and may_be_missing:
        return ""
    etag = shapes.name(given, "ETag")
    if len(etag) > LONGEST_ETAG:
        raise BeyondLimit("ETag", "length", LONGEST_ETAG, len(etag))
    if not etag.isprintable():  # it can't be sent back in a header
        raise WrongShape("ETag")
    return etag
