"""How well and how fast the reader reads plans: recall and precision against hand labels.

``python -m benchmarks plan_reader [FOLDER]`` reads the three plan texts of a folder (default
``../shared/plans``) and compares with ``tests/golden/plan_quantities.csv`` and with the zones of
``data/plans/lang-son-2026-2030.yaml``, which were written by hand. The peer is what a script of ten
lines would do: one regular expression for numbers with a unit. Exits 1 when a bar is missed.
"""

from __future__ import annotations

import csv
import math
import re
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

from ruamel.yaml import YAML

from layers.communes.gazetteer import provinces
from zones.plan.extract.document import Document, read_document_text
from zones.plan.extract.draft import Draft, draft_plan
from zones.plan.extract.head import read_head
from zones.plan.extract.outline import read_outline
from zones.plan.extract.statements import Stated, read_statements
from zones.plan.files import load_plan
from zones.plan.frames import communes_of
from zones.plan.model import Figure, Plan, Target

__all__ = [
    "Score",
    "draft_corpus_item",
    "read_corpus",
    "read_gold",
    "run",
    "score_attributes",
    "score_corpus",
    "score_corpus_item",
    "score_quantities",
    "score_zones",
]

_ROOT = Path(__file__).resolve().parent.parent
_GOLD = _ROOT / "tests" / "golden" / "plan_quantities.csv"
_BAR = 0.95
_ROUNDS = 5

Key = tuple[int, float | None, float | None, str]


@dataclass(frozen=True)
class Score:
    """Right, false and missed."""

    right: int
    false: int
    missed: int

    @property
    def recall(self) -> float:
        """Share of the labels that were found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is labelled."""
        return self.right / max(1, self.right + self.false)

    def __add__(self, other: Score) -> Score:
        """Scores of two documents together."""
        return Score(self.right + other.right, self.false + other.false, self.missed + other.missed)


def _end(text: str) -> float | None:
    return float(text) if text else None


def read_gold() -> dict[str, list[dict[str, str]]]:
    """Labels by document (001, 002, 003)."""
    gold: dict[str, list[dict[str, str]]] = {}
    with _GOLD.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            gold.setdefault(row["document"], []).append(row)
    return gold


def _key(row: dict[str, str]) -> Key:
    return int(row["line"]), _end(row["low"]), _end(row["high"]), row["unit"]


def _found(stated: Stated) -> Key:
    return stated.line, stated.quantity.low, stated.quantity.high, stated.quantity.unit


def _score(wanted: Iterable[object], found: Iterable[object]) -> Score:
    labels, read = Counter(wanted), Counter(found)
    right = sum((labels & read).values())
    return Score(right, sum(read.values()) - right, sum(labels.values()) - right)


def score_quantities(gold: list[dict[str, str]], stated: Iterable[Stated]) -> Score:
    """Compare figures (line, both ends, unit) with the labels."""
    return _score(map(_key, gold), map(_found, stated))


def score_attributes(
    gold: list[dict[str, str]], stated: Iterable[Stated], *, single_year: int | None
) -> dict[str, int]:
    """Count for how many labels bound, clause, year, period and subject are right, too.

    In a plan for a single year that year is the one of every figure without another.
    """
    right = Counter({"labels": len(gold)})
    waiting = list(stated)
    for row in gold:
        match = next((one for one in waiting if _found(one) == _key(row)), None)
        if match is None:
            continue
        waiting.remove(match)
        year = str(match.span.last if match.span else single_year or "")
        right["bound"] += match.quantity.bound == row["bound"]
        right["clause"] += match.clause == row["clause"]
        right["year"] += year == row["year"]
        right["per year"] += match.quantity.per_year == (row["per_year"] == "1")
        right["subject"] += row["about"].lower() in match.subject.about.lower()
    return dict(right)


def _zone_facts(plan: Plan) -> tuple[list[object], list[object]]:
    areas = [
        (zone.zone, target.bound, target.ends, target.year)
        for zone in plan.zones
        for target in zone.targets
        if target.indicator == "area"
    ]
    communes = [(zone.zone, commune.code) for zone in plan.zones for commune in zone.communes]
    lists = [(zone.zone, zone.listing, zone.clause) for zone in plan.zones]
    # NaN is never equal to itself: ends are compared as text.
    return [str(area) for area in areas], [*communes, *lists]


def score_zones(drafted: Plan, written: Plan) -> tuple[Score, Score]:
    """Compare zones of a draft with those written by hand: areas; communes and kinds of lists."""
    (areas, places), (drafted_areas, drafted_places) = _zone_facts(written), _zone_facts(drafted)
    return _score(areas, drafted_areas), _score(places, drafted_places)


@lru_cache(maxsize=2)
def read_corpus(name: str = "plan_corpus.yaml") -> list[dict[str, Any]]:
    """Sentences and tables of other provinces' wordings, each with what is to be read."""
    text = _GOLD.with_name(name).read_text("utf-8")
    return list(YAML(typ="safe", pure=True).load(text)["items"])


def draft_corpus_item(item: dict[str, Any]) -> Draft:
    """Draft of a sentence or table, set into the head and clauses of a plan."""
    name = provinces()[item["province"]].name
    lines = (
        f"ỦY BAN NHÂN DÂN TỈNH {name.upper()}",
        "KẾ HOẠCH",
        f"Phát triển nông, lâm nghiệp tỉnh {name} giai đoạn 2026-2030",
        f"Thực hiện Nghị quyết ngày 02/01/2026 của Tỉnh ủy {name}.",
        "I. MỤC TIÊU",
        *item.get("table", ["1. Cụ thể", *item.get("lines", [f"- {item.get('text', '')}"])]),
    )
    document = Document("corpus", "0" * 64, lines)
    return draft_plan(document, plan_id="corpus", province=item["province"])


def _owners(zone: str, target: Target, names: dict[str, str]) -> set[str]:
    known = {zone, target.crop or "", target.indicator, names.get(target.commune or "", "")}
    return known - {""}


def score_corpus_item(item: dict[str, Any]) -> tuple[Score, Score]:
    """Compare the draft of one item with its labels: figures, and communes of lists."""
    plan = draft_corpus_item(item).plan
    names = {code: unit.name for code, unit in communes_of(plan).items()}
    codes = {name: code for code, name in names.items()}
    figures: list[tuple[Any, ...]] = [
        (
            _owners(zone, target, names),
            *_plain(one),
            getattr(one, "unit", None) or target.unit,
            getattr(one, "year", None) or target.year,
            one.bound,
        )
        for zone, target in plan.all_targets()
        for one in (target, *target.also)
    ]
    right, facts = 0, item.get("facts", [])
    for owner, *rest in facts:
        said = slice(1, 1 + len(rest))  # the bound is not stated everywhere
        match = next(
            (one for one in figures if list(one[said]) == rest and (not owner or owner in one[0])),
            None,
        )
        right += match is not None
        figures = [one for one in figures if one is not match]
    found = Score(right, len(figures), len(facts) - right)
    lists = item.get("lists") or ([item["list"]] if "list" in item else [])
    wanted = [(owner, codes[name], kind) for owner, kind, listed in lists for name in listed]
    owned = {(zone.zone, ""): zone for zone in plan.zones} | {
        (target.crop or target.indicator, target.target): target for _, target in plan.all_targets()
    }
    drafted = [
        (owner, commune.code, holder.listing)
        for (owner, _), holder in owned.items()
        for commune in holder.communes
    ]
    return found, _score(wanted, drafted)


def _plain(figure: Figure) -> tuple[float | None, float | None]:
    low, high = figure.ends
    return (None if math.isnan(low) else low), (None if math.isnan(high) else high)


def score_corpus(*, odd: bool) -> tuple[Score, Score]:
    """Scores of one half of the corpus: the odd half served for writing rules."""
    halves = [score_corpus_item(item) for item in read_corpus() if item["id"] % 2 == odd]
    zero = Score(0, 0, 0)
    return sum((one for one, _ in halves), zero), sum((two for _, two in halves), zero)


_NAIVE = re.compile(
    r"(\d[\d.,]*)\s*(ha|%|con|tấn|m3|m²|m³|kg|sản phẩm|doanh nghiệp|xã|cây|triệu|nghìn)",
    re.IGNORECASE,
)


def _naive(document: Document) -> list[object]:
    """Find, as the peer does, each number with a unit behind it, by line."""
    found: list[object] = []
    for number, line in enumerate(document.lines, start=1):
        for match in _NAIVE.finditer(line):
            digits = match[1].rstrip(".,").replace(".", "").replace(",", ".")
            try:
                found.append((number, float(digits), match[2].lower()))
            except ValueError:
                continue
    return found


def _naive_gold(gold: list[dict[str, str]]) -> list[object]:
    """Labels as the peer could have them: the upper end, the first part of the unit."""
    plain = {"head": "con", "t": "tấn", "product": "sản phẩm", "enterprise": "doanh nghiệp"}
    plain |= {"commune": "xã", "tree": "cây"}
    return [
        (
            int(row["line"]),
            _end(row["high"] or row["low"]),
            plain.get(row["unit"].split("/")[0], row["unit"].split("/")[0]),
        )
        for row in gold
    ]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _documents(folder: Path) -> dict[str, Document]:
    found = {path.name[:3]: path for path in sorted(folder.glob("00[123]_*.txt"))}
    return {name: read_document_text(path) for name, path in found.items()}


def _line(label: str, score: Score) -> str:
    return (
        f"{label:<26} recall {score.recall:.3f}  precision {score.precision:.3f}  "
        f"({score.right} right, {score.false} false, {score.missed} missed)"
    )


def _speed(documents: dict[str, Document]) -> None:
    ours, peers = [], []
    for _ in range(_ROUNDS):  # alternated, so that a busy machine slows both
        ours.append(
            sum(
                _timed(lambda text=text: draft_plan(text, plan_id="draft"))  # type: ignore[misc]
                for text in documents.values()
            )
        )
        peers.append(
            sum(_timed(lambda text=text: _naive(text)) for text in documents.values())  # type: ignore[misc]
        )
    tracemalloc.start()
    for text in documents.values():
        draft_plan(text, plan_id="draft")
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"time for {len(documents)} documents: median {median(ours):.3f} s, peer "
        f"{median(peers):.3f} s; peak memory {peak:.1f} MB"
    )


def run(arguments: list[str]) -> int:
    """Measure the reader.

    Parameters
    ----------
    arguments : list of str
        Folder of the three plan texts.

    Returns
    -------
    int
        1 when a bar is missed, 2 when there is nothing to read.
    """
    folder = Path(arguments[0]) if arguments else _ROOT.parent / "shared" / "plans"
    documents = _documents(folder)
    if len(documents) != 3:
        print(f"no plan texts (001_…, 002_…, 003_….txt) in {folder}", file=sys.stderr)
        return 2
    gold, total, peer = read_gold(), Score(0, 0, 0), Score(0, 0, 0)
    attributes: Counter[str] = Counter()
    for name, document in documents.items():
        paragraphs = read_outline(document.lines)
        stated, head = read_statements(paragraphs).stated, read_head(paragraphs)
        score = score_quantities(gold[name], stated)
        print(_line(f"{name} quantities", score))
        total += score
        peer += _score(_naive_gold(gold[name]), _naive(document))
        single = head.last if head.first == head.last else None
        attributes.update(score_attributes(gold[name], stated, single_year=single))
    print(_line("all quantities", total))
    print(_line("peer: one expression", peer))
    labels = attributes.pop("labels")
    print("with " + ", ".join(f"{name} {count / labels:.3f}" for name, count in attributes.items()))
    for half, odd in (("rules", True), ("held back", False)):
        figures, listed = score_corpus(odd=odd)
        print(_line(f"corpus, {half}: figures", figures))
        print(_line(f"corpus, {half}: communes", listed))
    drafted = draft_plan(documents["002"], plan_id="draft").plan
    areas, places = score_zones(drafted, load_plan("lang-son-2026-2030"))
    print(_line("002 areas of zones", areas))
    print(_line("002 communes of zones", places))
    _speed(documents)
    complete = areas.false + areas.missed + places.false + places.missed == 0
    return 0 if min(total.recall, total.precision) >= _BAR and complete else 1
