"""The command line: parse, call one workflow, show."""


def main() -> None:
    """Run the command line."""
