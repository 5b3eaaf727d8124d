"""Is a layer of the communes it is joined to? Its names and places tell; its codes cannot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from layers.base.findings import Finding
from layers.base.messages import joined, message
from layers.communes.codes import normal_code
from layers.communes.crosswalk import successors, year_of_vintage
from layers.communes.gazetteer import Day, Unit, communes_on, vintage_on, vintages
from layers.communes.similarity import is_named, is_nearly_named
from layers.communes.spelling import split_kind, tidy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(slots=True)
class _Layer:
    """What a layer says of each code."""

    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for another vintage: code → what was seen there."""

    vintage: str
    names: dict[str, str]
    places: dict[str, str]
    gone: dict[str, str]

    @property
    def codes(self) -> list[str]:
        return sorted({*self.names, *self.places, *self.gone})


def check_vintage(
    frame: pd.DataFrame,
    communes: pd.DataFrame,
    *,
    code_column: str,
    name_column: str | None = None,
    on: Day = None,
    source: str = "–",
) -> list[Finding]:
    """Recognise a layer whose codes are of another vintage than the communes it is joined to.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        The layer or table.
    communes : pandas.DataFrame or geopandas.GeoDataFrame
        Columns ``commune_code`` and ``commune``, of one province; with a ``geometry`` the places of
        the records are a witness too, where the frame has a geometry, both with a CRS.
    code_column : str
        Column of the frame with codes.
    name_column : str, optional
        Column of the frame with names; without it, places and codes must tell.
    on : str, int, date or None
        Vintage of the communes; the newest without it.
    source : str
        What to call the layer in findings.

    Returns
    -------
    list of Finding
        An error ``wrong-vintage``, with the evidence and the remedy, where another vintage explains
        what disagrees; an error ``code-name-disagree`` for codes that bear another name and that no
        vintage explains; problems ``code-place-disagree`` and ``code-not-in-communes``.

    Notes
    -----
    One code that betrays its vintage is enough, since a file is of one vintage. A layer whose units
    all kept their code and name cannot be told by its names.
    """
    today = dict(zip(communes["commune_code"], communes["commune"], strict=True))
    layer = _look(frame, code_column, name_column)
    layer.places.update(majority_places(frame, communes, layer.rows))
    found = _explain(layer, today, on)
    findings = [_wrong_vintage(found, layer, today, source)] if found else []
    explained = set(found.codes) if found else set()
    return findings + _unexplained(layer, today, explained, source)


def _look(frame: pd.DataFrame, code_column: str, name_column: str | None) -> _Layer:
    import pandas as pd

    layer = _Layer()
    names = frame[name_column] if name_column else pd.Series(None, index=frame.index, dtype="str")
    pairs = pd.DataFrame({"code": frame[code_column].to_numpy(), "name": names.to_numpy()})
    # A layer has a quarter of a million records and a few hundred pairs of code and name.
    groups = pairs.groupby(["code", "name"], dropna=False).indices
    for pair, rows in groups.items():
        value, name = cast("tuple[object, object]", pair)
        code = normal_code(value)
        if code is None:
            continue
        layer.rows[code] += [int(row) for row in rows]
        if isinstance(name, str) and tidy(name):
            layer.names[code][tidy(name)] += len(rows)
    return layer


def _explain(layer: _Layer, today: Mapping[str, str], on: Day) -> _Evidence | None:
    """Vintage that explains most of what disagrees with the communes."""
    every = communes_on()
    provinces = {every[code].province for code in today if code in every}
    if len(provinces) != 1:
        return None
    province = provinces.pop()
    ours = vintage_on(on, province=province)
    found = [
        _gather(layer, today, province, other, ours)
        for other in reversed(vintages(province))
        if other != ours
    ]

    def weight(evidence: _Evidence) -> tuple[int, int]:
        known = communes_on(province, evidence.vintage)
        return len(evidence.codes), sum(code in known for code in layer.rows)

    best = max(found, key=weight, default=None)
    return best if best and best.codes else None


def _gather(
    layer: _Layer, today: Mapping[str, str], province: str, other: str, ours: str
) -> _Evidence:
    units, own = communes_on(province, other), communes_on(province, ours)
    after = successors(province, from_=other, to=ours) if other < ours else {}
    evidence = _Evidence(other, {}, {}, {})
    for code in layer.rows.keys() & units.keys():
        name = _name_of(layer.names[code], units[code], today.get(code), own.get(code))
        # A code in force today may lie outside the boundaries: those of a part of the province.
        if code not in today and (name or code not in own):
            evidence.gone[code] = name or units[code].name
        elif name:
            evidence.names[code] = name
        place = layer.places.get(code)
        if place not in (None, code) and place in after.get(code, ()):
            evidence.places[code] = today[place]
    return evidence


def _name_of(names: Counter[str], unit: Unit, drawn: str | None, own: Unit | None) -> str | None:
    """Name in the layer that is the other vintage's, and neither the boundaries' nor today's."""
    of_today = [name for name in (drawn, own and own.name) if name]
    for text in names:
        if not is_named(text, unit.name):
            continue
        # A town ("thị trấn") is of before July 2025 even where the commune kept its name.
        town = unit.kind == split_kind(text)[0][0] == "thị trấn" != (own and own.kind)
        if town or not any(is_named(text, name) for name in of_today):
            return text
    return None


def _wrong_vintage(
    found: _Evidence, layer: _Layer, today: Mapping[str, str], source: str
) -> Finding:
    year = year_of_vintage(_province(today), found.vintage)
    named = [f"{c} {found.names[c]} ≠ {today[c]}" for c in sorted(found.names)]
    gone = [f"{c} {found.gone[c]}" for c in sorted(found.gone)]
    away = [f"{c} → {found.places[c]}" for c in sorted(found.places)]
    evidence = []
    if named:
        evidence.append(message("layers.communes.codes_renamed", count=len(named), codes=named))
    if gone:
        evidence.append(message("layers.communes.codes_gone", count=len(gone), codes=gone))
    if away:
        evidence.append(message("layers.communes.codes_moved", count=len(away), codes=away))
    rows = [row for code in found.codes for row in layer.rows[code]]
    return Finding(
        "error",
        "wrong-vintage",
        source,
        message(
            "layers.communes.wrong_vintage",
            vintage=found.vintage,
            evidence=joined(evidence, between=", "),
            year=year,
        ),
        count=len(rows),
        examples=tuple(found.codes[:5]),
        rows=tuple(sorted(rows)),
    )


def _province(today: Mapping[str, str]) -> str:
    every = communes_on()
    return next(every[code].province for code in today if code in every)


def _unexplained(
    layer: _Layer, today: Mapping[str, str], explained: set[str], source: str
) -> list[Finding]:
    """Collect the codes that disagree and that no vintage explains."""
    renamed, away, unknown = {}, {}, {}
    for code in sorted(set(layer.rows) - explained):
        names, place = layer.names[code], layer.places.get(code, code)
        if code not in today:
            unknown[code] = code
            continue
        if names and not any(_speaks_for(name, code, today) for name in names):
            renamed[code] = f"{code} {next(iter(names))} ≠ {today[code]}"
        if place != code:
            away[code] = f"{code} {today[code]} → {place} {today[place]}"
    findings = []
    for kind, faults in (
        ("code-name-disagree", renamed),
        ("code-place-disagree", away),
        ("code-not-in-communes", unknown),
    ):
        if faults:
            findings.append(_finding(kind, faults, layer, source))
    return findings


def _speaks_for(name: str, code: str, today: Mapping[str, str]) -> bool:
    """Whether a name is that of its code, or a slip from it and no other commune's own."""
    if is_named(name, today[code]):
        return True
    others = any(is_named(name, other) for other in today.values())
    return not others and is_nearly_named(name, today[code])


def _finding(kind: str, faults: Mapping[str, str], layer: _Layer, source: str) -> Finding:
    rows = sorted(row for code in faults for row in layer.rows[code])
    return Finding(
        "error" if kind == "code-name-disagree" else "problem",
        kind,
        source,
        message(
            f"layers.communes.faults_{kind.replace('-', '_')}",
            count=len(faults),
            codes=list(faults.values()),
        ),
        count=len(rows),
        examples=tuple(list(faults)[:5]),
        rows=tuple(rows),
    )


#: Records looked at for each code; a code is told by most of them, not by all.
_SAMPLE = 100


def majority_places(
    frame: pd.DataFrame, communes: pd.DataFrame, rows: Mapping[str, Sequence[int]]
) -> dict[str, str]:
    """Find the commune in which most records of each code lie."""
    import geopandas as gpd

    from layers.crs.transform import to_crs

    for one in (frame, communes):
        if not isinstance(one, gpd.GeoDataFrame) or one.active_geometry_name is None or not one.crs:
            return {}
    chosen = [
        (code, row)
        for code, every in rows.items()
        for row in every[:: max(1, len(every) // _SAMPLE)]
    ]
    shapes = frame.geometry.iloc[[row for _, row in chosen]]
    points = gpd.GeoDataFrame(
        {"code": [code for code, _ in chosen]},
        geometry=shapes.representative_point().to_numpy(),
        crs=frame.crs,
    )
    points = to_crs(points, gpd.GeoDataFrame(communes).crs)
    held = points.sjoin(communes[["commune_code", communes.geometry.name]], predicate="within")
    counts = held.groupby("code")["commune_code"].value_counts()
    total = points.groupby("code").size()
    return {
        str(code): str(place) for (code, place), count in counts.items() if count > total[code] / 2
    }
