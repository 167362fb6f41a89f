"""`python -m bot`, and the same as `isnad`."""

import io
import sys


def main() -> None:
    """Run the command line."""
    # Whatever the locale says, text is UTF-8, and a broken byte ends nothing.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from bot.cli import app  # noqa: PLC0415 - nothing is imported before it is known to be needed

    app(prog_name="isnad" if sys.argv[0].endswith("isnad") else "python -m bot")


if __name__ == "__main__":
    main()
