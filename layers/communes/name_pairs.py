"""Words that stand side by side in names of communes: "Xuân Trường" is no spring."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from layers.communes.gazetteer import communes_on

TWO_WORDS = re.compile(r"\w+\s+\w+")


def begins_a_commune(text: str, start: int) -> bool:
    """Whether the word at a place is the first of two that stand in a commune's name."""
    name = TWO_WORDS.match(text, start)
    return name is not None and tuple(name[0].split()) in pairs_of_names()


@lru_cache(maxsize=1)
def pairs_of_names() -> frozenset[tuple[str, ...]]:
    """Words that stand side by side in names of communes, as they are written."""
    names = (unit.name.split() for unit in communes_on().values())
    return frozenset(pair for words in names for pair in pairwise(words))
