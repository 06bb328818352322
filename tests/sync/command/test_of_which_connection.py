"""Commands with a CODE: what they say where there is no such connection, or no longer."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.connections.companies import company

pytestmark = pytest.mark.django_db
COMMANDS = {"sync": (), "pairs": ("-",), "links": (), "doctor": (), "automatic": (), "webhook": ()}


def refusal(command, code):
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command(command, code, *COMMANDS[command])
    assert refused.value.returncode == 2
    return str(refused.value)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_disconnected_connection_is_called_so(command, hr):
    made = company(hr)
    made.state = "disconnected"
    made.save()
    assert refusal(command, made.code) == "The connection is disconnected. Connect it again first."


@pytest.mark.parametrize("command", COMMANDS)
def test_a_code_that_nobody_has_is_called_so(command):
    assert refusal(command, "nothing") == "There is no connection with the code nothing."
