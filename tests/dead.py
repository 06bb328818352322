"""`python -m tests.dead` (a part of `make lint`): code that nothing uses, or nothing but a test.

vulture looks for names that no other code uses. A name of the product is used if the product or a template uses it; a
name of the stand-ins, the bench or the tests also if one of these does. `KEPT` lists names that are used in another
way, each with its reason; an entry that isn't needed any more is an error, too.
"""

import ast
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from keyword import iskeyword
from pathlib import Path

from django.conf import global_settings
from vulture import Vulture
from vulture.core import Item

BASE = Path(__file__).resolve().parent.parent
PRODUCT = ("humavisma", "connections", "sync")
FOR_TESTS = ("connections/sandbox", "bench", "tests")
"""The code that only tests may use."""
NOT_OURS_TO_JUDGE = ["*/migrations/*", "*/installations/v*"]

DECORATORS = ["@register*", "@admin.register*", "@receiver*", "@pytest.*", "@rule*", "@invariant*", "@initialize*"]
"""A function with one of these decorators is used: whatever it is registered with calls it."""

KEPT = {
    "Django reads it of a model's Meta": "verbose_name_plural ordering constraints indexes",
    "Django reads it of a form's Meta": "widgets formfield_callback",
    "Django reads it of an admin class": (
        "list_display list_filter list_select_related search_fields readonly_fields date_hierarchy view_on_site"
        " has_add_permission has_change_permission has_delete_permission change_list_template"
    ),
    "a list or form of the admin names it as a text": "field_name masked_*",
    "Django reads it of the admin site": (
        "site_header site_title index_title enable_nav_sidebar default_site login_form"
    ),
    "Django finds it by its place": "Command urlpatterns add_arguments requires_system_checks",
    "Django calls it of a field of a model or form": (
        "from_db_value value_to_string expression prepare_value run_validators has_changed clean_*"
    ),
    "Django calls it of a converter in an address": "regex to_url",
    "Django hands it to every check": "app_configs",
    "Django calls it at the end of a test": "_fixture_teardown",
    "Django reads it of a database": "max_query_params",
    "Django reads it of a request or its logger": "_has_been_logged",
    "Django calls it of a middleware": "process_view",
    "the settings name it by its path": "*Middleware HumavismaAdminSite *Config WithoutTexts",
    "Django and whitenoise read it of the settings": "ROOT_URLCONF WHITENOISE_AUTOREFRESH",
    "logging calls it of a formatter": "formatException",
    "requests and urllib3 read it": "trust_env pool_classes_by_scheme ConnectionCls response_class",
    "waitress reads it": "body_rcv expect_continue parser_class channel_class maintenance request_class",
    "http.server and werkzeug call it": (
        "log_message protocol_version disable_nagle_algorithm run_wsgi close_connection daemon_threads handle_error"
        " client_address start_response"
    ),
    "aiosmtpd calls it": "handle_DATA",
    "html.parser calls it": "handle_starttag handle_endtag handle_data",
    "Python hands it to the end of a with block": "exc",
    "an enum's value that is stored and chosen by its text": "VALUE ALWAYS",
    "a column that queries get by its name in a text": "body_hash",
    "the stand-ins' addresses name it": "do_*",
    "the made-up world makes them by their name": "_only_* _service_user _number_of_another _one_email_for_two"
    " _possible_match _same_number",
    "pytest calls it": "pytest_* pytestmark",
    "pytest makes it for who names it": (
        "db transactional_db django_db_setup django_db_modify_db_settings_* mailoutbox many_files norwegian"
    ),
    "hypothesis calls it": "teardown",
}
"""Reason why unused names stay → these names, with * for any letters."""

QUERIES = frozenset(
    {"filter", "exclude", "get", "update", "create", "get_or_create", "update_or_create", "values", "values_list"}
    | {"order_by", "only", "defer", "aggregate", "annotate", "Q", "F", "Count", "Max", "Min", "select_related", "save"}
)


def main() -> int:
    """Print dead code. Exit codes: 0 for none, 1 for some."""
    product, everything = _unused(PRODUCT), _unused((*PRODUCT, "bench", "tests"))
    found = [item for item in product if not _for_tests(item)] + [item for item in everything if _for_tests(item)]
    names = {item.name for item in found if not _is_djangos_setting(item.name)}
    kept = {pattern for patterns in KEPT.values() for pattern in patterns.split()}
    dead = {name for name in names if not any(fnmatchcase(name, pattern) for pattern in kept)}
    needless = sorted(pattern for pattern in kept if not any(fnmatchcase(name, pattern) for name in names))
    for item in found:
        if item.name in dead:
            print(f"{Path(item.filename).relative_to(BASE)}:{item.first_lineno}: {item.message}")
    for pattern in needless:
        print(f"tests/dead.py: {pattern} is used, or gone: KEPT needn't name it")
    return int(bool(dead or needless))


def _unused(folders: tuple[str, ...]) -> list[Item]:
    vulture = Vulture(ignore_decorators=DECORATORS)
    vulture.scavenge([BASE / folder for folder in folders], exclude=NOT_OURS_TO_JUDGE)
    named = {name for path in sorted((BASE / "templates").rglob("*.*")) for name in _in_template(path.read_text())}
    for folder in folders:
        named |= {name for path in (BASE / folder).rglob("*.py") for name in _in_queries(ast.parse(path.read_text()))}
    vulture.scan("\n".join(sorted(named)), filename="templates")
    return vulture.get_unused_code(sort_by_size=False)


def _in_template(text: str) -> Iterator[str]:
    for tag in re.findall(r"{{.*?}}|{%.*?%}", text, re.DOTALL):
        yield from (name for name in re.findall(r"\b[a-zA-Z]\w*", tag) if not iskeyword(name))


def _in_queries(tree: ast.Module) -> Iterator[str]:
    """The columns that queries name, as keywords or as strings."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called in QUERIES:
            parts = [keyword.arg for keyword in call.keywords if keyword.arg]
            constants = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
            parts += [text for text in constants if isinstance(text, str)]
            names = {name for part in parts for name in part.lstrip("-").split("__")}
            yield from (name for name in names if name.isidentifier() and not iskeyword(name))


def _for_tests(item: Item) -> bool:
    return any(Path(item.filename).is_relative_to(BASE / folder) for folder in FOR_TESTS)


def _is_djangos_setting(name: str) -> bool:
    return name.isupper() and hasattr(global_settings, name)


if __name__ == "__main__":
    sys.exit(main())
