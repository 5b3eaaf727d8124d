"""Names of the steps, by the files there are: nothing is loaded for them."""

from __future__ import annotations

import pkgutil

import zones.run.steps


def step_names() -> list[str]:
    """Names of all steps, by the alphabet."""
    return sorted(module.name for module in pkgutil.iter_modules(zones.run.steps.__path__))
