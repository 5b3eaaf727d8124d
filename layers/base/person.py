"""Who sits at this machine, for what is kept with a name."""

from __future__ import annotations

import getpass


def account_name() -> str:
    """Name of the account, or a dash where the system tells none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "–"
