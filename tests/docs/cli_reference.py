"""The command reference, made from the commands' own help. `make docs` writes it."""

from pathlib import Path

from typer.main import get_command

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
INTRODUCTION = """# Commands

Made from the commands' own help by `make docs`; a test keeps it true.

Data go to standard output, messages to standard error. Exit codes: 0 done; 1 checked and not
passed (`evaluate leaks` names a leak, `plan --check` a violation); 2 wrong usage;
10 the file or feed is wrong; 11 a setting is out of range; 12 not found; 13 the rules say no;
14 a provider failed; 15 the store or the database failed; 130 stopped by the user.

A setting of 0 or an empty one is chosen from the data, and the choice is announced.
"""


def reference() -> str:
    """The whole page."""
    from peelian.cli.app import app

    return INTRODUCTION + "".join(_sections(get_command(app), ("peelian",)))


def _sections(command, path):
    children = getattr(command, "commands", None)
    if children:
        for name, child in sorted(children.items()):
            yield from _sections(child, (*path, name))
        return
    text, _, example = (command.help or "").partition("Example: ")
    yield f"\n## {' '.join(path)}\n\n{' '.join(text.split())}\n\n"
    if example:
        yield f"```sh\n{example.strip()}\n```\n\n"
    yield "| option | what it is | default |\n|---|---|---|\n"
    for parameter in command.params:
        if parameter.name == "help":
            continue
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        default = parameter.default
        shown = "" if default in (None, "", ()) or callable(default) else f"`{default}`"
        yield f"| {names} | {parameter.help or ''} | {shown} |\n"


if __name__ == "__main__":
    PAGE.write_text(reference())
