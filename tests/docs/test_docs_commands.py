"""Every command is documented, with an example, and the page is the one its help makes."""

import pytest
from cli_reference import PAGE, reference
from typer.main import get_command

from peelian.cli.app import app


def leaves(command, path=()):
    for name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            yield from leaves(child, (*path, name))
        else:
            yield " ".join((*path, name)), child


COMMANDS = dict(leaves(get_command(app)))


def test_the_reference_is_what_the_help_makes():
    assert PAGE.read_text() == reference(), "run `make docs` and commit the page"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_an_example_and_every_option_a_sentence(name):
    command = COMMANDS[name]
    assert f"Example: peelian {name}" in command.help
    for parameter in command.params:
        assert parameter.name == "help" or parameter.help, f"{name} {parameter.opts}"


def test_the_commands_of_the_interface_are_there():
    promised = {"ingest", "count", "hotspots kde", "hotspots gi-star", "forecast", "backtest"}
    promised |= {"plan", "report map", "report pack", "serve", "reproduce", "demo"}
    assert promised <= set(COMMANDS)
