"""A vendor's path to a property, such as ``$.phones[0].number``: the names in it, and the fields that it is about."""

import re

from sync.core.fields.registry import FIELDS

_NAME = re.compile(r"[A-Za-z]+")


def path_names(path: str) -> list[str]:
    """The names of a path, without signs and indexes, from the outermost one on."""
    return _NAME.findall(path)


def fields_of_path(path: str) -> list[str]:
    """The names of the fields that a path is about, by ``Field.json_paths``; empty if it is about none of ours.

    The first name of a path decides: ``phones[0].number`` is about the phone, not about the number. Given and family
    name share ``personNames``: there, a later name says which of them is meant, and both are if none does.
    """
    names = path_names(path)
    about = [spec for spec in FIELDS if names and names[0] in spec.json_paths]
    of_another = {
        spec.name: {name for other in about for name in other.json_paths} - set(spec.json_paths) for spec in about
    }
    return [spec.name for spec in about if of_another[spec.name].isdisjoint(names)]
