"""Lists of communes in the words of many offices: whose they are, and what takes communes out."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.plan_reader import draft_corpus_item, read_corpus, score_corpus_item
from zones.plan.draft_remarks import draft_remarks

ITEMS = [*read_corpus("plan_lists.yaml"), *read_corpus("plan_ranges.yaml")]
KINDS = list(dict.fromkeys(item["kind"] for item in ITEMS))


def _faults(item: dict[str, Any]) -> list[str]:
    """What is wrong in the draft of an item, and what it does not tell."""
    figures, communes = score_corpus_item(item)
    remarks = list(draft_remarks(draft_corpus_item(item), "vi"))[1:]
    if "left" in item:
        return [] if remarks else ["not told"]
    false = [communes.false, figures.false if "facts" in item else 0]
    missed = [communes.missed, figures.missed]
    told = all(any(name in one for one in remarks) for name in item.get("told", []))
    if item.get("or_told") and (not any(missed) or remarks):
        missed, told = [], True
    return [*["false"] * any(false), *["missed"] * any(missed), *["not told"] * (not told)]


@pytest.mark.parametrize("kind", KINDS)
def test_no_list_is_another_ones_and_none_is_lost_in_silence(kind: str) -> None:
    """Communes that a plan takes out in words that no list knows once were the list."""
    assert {
        item["id"]: _faults(item) for item in ITEMS if item["kind"] == kind and _faults(item)
    } == {}
