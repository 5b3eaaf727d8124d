"""Settings of a forecast with a few of them changed, given as KEY=VALUE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from layers.base.errors import InputError
from layers.base.messages import joined
from layers.io.values import parse_number
from zones.project.schema_faults import fault_phrase, known_keys
from zones.project.trajectory import TrajectorySection

#: Keys of one year or species each.
_TABLES = ("lag", "rotation", "harvest", "losses", "resurvey")
_WHOLE = ("to", "legal_lag", "draws", "seed", "lag", "rotation")


def change_section(section: TrajectorySection, changes: Sequence[str]) -> TrajectorySection:
    """Apply changes such as ``survival=0.9``, ``lag.pine=5`` or ``extra_bare_ha=2000``.

    What leaves a value as it is, is no change: not even of where the value comes from.
    """
    for change in changes:
        changed = _changed(section, change)
        if changed.model_dump() != section.model_dump():
            section = changed
    return section


def _changed(section: TrajectorySection, change: str) -> TrajectorySection:
    values = section.model_dump(exclude_unset=True)
    _apply(values, change)
    try:
        return TrajectorySection.model_validate(values)
    except ValidationError as error:
        keys = known_keys(TrajectorySection)
        faults = [
            (".".join(map(str, fault["loc"])), fault_phrase(fault, keys))
            for fault in error.errors()
        ]
        raise InputError(
            "zones.forest.trajectory.what_if_fault",
            key=", ".join(key for key, _ in faults),
            fault=joined(phrase for _, phrase in faults),
        ) from None


def _apply(values: dict[str, Any], change: str) -> None:
    key, equals, text = change.partition("=")
    what, _, part = key.strip().partition(".")
    if not equals or not text.strip() or bool(part) != (what in _TABLES):
        raise InputError("zones.forest.trajectory.what_if_form", change=change)
    value = _value(what, text.strip(), change)
    if what == "legal_lag":
        values[what] = {**values.get(what, {}), "years": value}
    elif what in _TABLES:
        name: Any = int(part) if what == "resurvey" and part.isdigit() else part
        values[what] = {**values.get(what, {}), name: value}
    else:
        values[what] = value


def _value(what: str, text: str, change: str) -> object:
    if what in ("lag_from", "model_error"):
        return text
    try:
        figure = parse_number(text)
    except InputError as error:
        raise InputError(
            "zones.forest.trajectory.what_if_number", change=change, fault=error.phrase
        ) from None
    return int(figure) if what in _WHOLE and figure == int(figure) else float(figure)
