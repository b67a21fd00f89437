"""The command line: parse, call one workflow, show."""


def main() -> None:
    """Run the command line; errors raised on purpose end with their own exit code."""
    import os
    import sys

    from peelian.cli.app import app
    from peelian.terms import PlatformError

    try:
        app()
    except PlatformError as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was half-written.\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Whoever read standard output stopped reading; say nothing more to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
