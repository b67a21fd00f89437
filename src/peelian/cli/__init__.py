"""The command line: parse, call one workflow, show."""

STOPPED = 130  # exit code after Ctrl-C, as shells have it


def main() -> None:
    """Run the command line; errors raised on purpose end with their own exit code."""
    import sys

    from peelian.terms import PlatformError

    try:
        from peelian.cli.app import app

        app()
    except PlatformError as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, SystemExit) as ending:
        code = ending.code if isinstance(ending, SystemExit) else STOPPED
        if code == STOPPED:
            sys.stderr.write("Stopped; nothing was half-written.\n")
        raise SystemExit(code) from None
