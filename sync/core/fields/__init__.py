"""The supported fields: one declarative list that pages, docs and tests use."""

from sync.core.fields.base import Field, Pair
from sync.core.fields.registry import FIELDS, field, names

__all__ = ["FIELDS", "Field", "Pair", "field", "names"]
