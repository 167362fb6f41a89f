"""`python -m bot`, and the same as `isnad`."""

import sys


def main() -> None:
    """Run the command line."""
    from bot.cli import app  # noqa: PLC0415 - nothing is imported before it is known to be needed

    app(prog_name="isnad" if sys.argv[0].endswith("isnad") else "python -m bot")


if __name__ == "__main__":
    main()
