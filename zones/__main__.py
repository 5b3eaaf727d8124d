"""Entry point of the command ``zones``."""

from __future__ import annotations

import signal
import sys

from layers.base.errors import InputError
from zones.cli.language import print_line, set_language, settle_language

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        chosen, arguments = settle_language(sys.argv[1:])
    except InputError as error:
        print_line(error.text("vi") + " / " + error.text("en"), error=True)
        sys.exit(2)
    set_language(chosen, asked=arguments != sys.argv[1:])
    # A polite request to end leaves as little behind as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from zones.cli.main import run  # help texts are built in the language settled above

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
