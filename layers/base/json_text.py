"""The one reader of JSON that others may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Most bytes of a file that a run writes beside its tables; the record of the demo has 60 kB.
_MOST_BYTES = 50_000_000


def json_bytes(path: Path) -> bytes:
    """Content of a JSON file that a run wrote; of one larger than any is, a ValueError."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES / 1e6:.0f} MB")
    return path.read_bytes()


def parsed_json(text: str | bytes) -> Any:
    """Value of a JSON text; whatever is wrong with it, nesting without end too, is a ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
