"""Land that may be planted: from measured layers by rules that a planner can edit.

``data/land_sources.csv`` says which measured land makes which source, ``data/crop_suitability.csv``
which crop may take it. Every hectare stands in one source: of rows that take the same land the
first has it, and land that two maps show on one ground counts once. Sources that share their
hectares with trees (under canopy, conversion of a stand) stand beside them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_path, data_table, kept
from layers.base.schema import Schema, read_schema
from layers.io.values import Decimal
from layers.kinds.crops import load_crops
from zones.allocation.allocate import Allocation
from zones.allocation.inputs import AVAILABLE, PACE, SUITABILITY, figures_of, read_figures
from zones.allocation.land_shared import less_shared
from zones.rounding.to_totals import round_to_total
from zones.tables import ALLOCATION_LAND, ALLOCATION_SOURCES

LAND_SOURCES = read_schema("zones.allocation", "land sources")
#: Kinds of layers that show land.
_LAND_KINDS = ("forest_status", "land_use")

CROP_SUITABILITY = read_schema("zones.allocation", "crop suitability")


_PAIR = ["zone", "commune_code"]
FOREST = ("natural_forest", "planted_forest", "not_yet_forest")
#: Hectares that are dust of the sums.
_NEAR_HA = 1e-6


def _load(schema: Schema, name: str, own: Path | None, decimal: Decimal | None) -> pd.DataFrame:
    # The decimal mark is that of the user's table; the embedded one has plain figures.
    if own is not None:
        return read_figures(schema, own, decimal=decimal)
    return figures_of(schema, data_table(name, dtype=str), data_path(name))


def load_land_sources(path: Path | None = None, *, decimal: Decimal | None = None) -> pd.DataFrame:
    """Load the rules that make land sources of measured land."""
    if path is None:
        return _embedded_land_sources().copy()
    return _checked_sources(read_figures(LAND_SOURCES, path, decimal=decimal))


@kept
def _embedded_land_sources() -> pd.DataFrame:
    """Rules of the embedded table, which an allocation asks for several times."""
    return _checked_sources(_load(LAND_SOURCES, "land_sources.csv", None, None))


def _checked_sources(rules: pd.DataFrame) -> pd.DataFrame:
    limited = rules.loc[~rules["limit_of"].isin(["", "rest"]), "source"].tolist()
    if limited:
        raise InputError("zones.allocation.bad_limit_of", limited=limited)
    strange = rules.loc[~rules["shares"].isin(["yes", "no"]), "source"].tolist()
    if strange:
        raise InputError("zones.allocation.bad_shares", strange=strange)
    unseen = rules.loc[~rules["layer_kind"].isin(["", *_LAND_KINDS]), "source"].tolist()
    if unseen:
        raise InputError("zones.allocation.bad_layer_kind", strange=unseen)
    return rules


def load_crop_suitability(
    path: Path | None = None, *, decimal: Decimal | None = None
) -> pd.DataFrame:
    """Load the rules that say which crop may take which land.

    A crop that the embedded table does not name takes the land of its kind of land: without that
    the main crop of another province would be said to have no land at all.
    """
    rules = _load(CROP_SUITABILITY, "crop_suitability.csv", path, decimal)
    if path is not None:
        return rules
    crops = load_crops()
    unnamed = crops.loc[~crops["crop"].isin(rules["crop"]), ["crop", "land_kind"]]
    name = "suitability_by_land.csv"
    by_kind = unnamed.merge(data_table(name, dtype=str), on="land_kind").drop(columns="land_kind")
    more = figures_of(CROP_SUITABILITY, by_kind, data_path(name))
    return pd.concat([rules, more], ignore_index=True)


def sources_table(rules: pd.DataFrame) -> pd.DataFrame:
    """Land sources as the allocation takes them."""
    return ALLOCATION_SOURCES.validate(
        rules[ALLOCATION_SOURCES.names].assign(shares=rules["shares"] == "yes")
    )


def available_land(
    measured: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    layers: Mapping[str, str],
    present: pd.DataFrame,
    first_year: int,
    shared: pd.DataFrame | None = None,
    under_crops: pd.DataFrame | None = None,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Hectares that may be planted, by commune and land source; every hectare in one source.

    ``shared`` (``SHARED`` of ``land_shared``) tells the ground that two layers both show as land;
    without plots of both, only the sums of a commune hold them apart. ``under_crops``
    (``CROPS_ON_LAND``) tells on which land the plots of crops stand; ``present`` has the crops of
    which only sums are known.
    """
    told = Findings() if findings is None else findings
    inside = _inside(measured, layers)
    found: dict[str, pd.DataFrame] = {}
    taken: dict[tuple[bool, bool], npt.NDArray[np.bool_]] = {}
    for rule in rules.to_dict("records"):
        if not rule["layer_kind"]:
            continue
        mine = _fits(inside, rule) & _usable(inside, rule, first_year)
        mine &= ~inside["commune_code"].isin(_told(inside, rules, rule, found)).to_numpy()
        before = taken.setdefault(_bearing(rule), np.zeros(len(inside), dtype=bool))
        _tell_claimed(inside[mine & before], rule, told)
        mine &= ~before
        before |= mine
        if mine.any():
            found[rule["source"]] = _pieces(inside[mine], rule, first_year)
    if not found:
        return AVAILABLE.empty()
    land = pd.concat(found.values(), ignore_index=True)
    if shared is not None:
        land = less_shared(land, shared, told)
    land = _on_the_ground(land, inside, told)
    standing = _crops_standing(under_crops, rules, layers, found)
    _tell_under_crops(standing, land, told)
    return AVAILABLE.validate(_less_present(land, present, standing)[AVAILABLE.names])


def _crops_standing(
    under: pd.DataFrame | None,
    rules: pd.DataFrame,
    layers: Mapping[str, str],
    found: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Hectares of land of each commune and source under plots of crops.

    ``uses`` tells crops that the source is there for: they use up the part of it that may be used.
    """
    columns = ["commune_code", "source", "uses", "area_ha"]
    parts = [pd.DataFrame(columns=columns).astype({"uses": bool, "area_ha": "float64"})]
    if under is None:
        return parts[0]
    ground = under.assign(kind=under["layer"].map(dict(layers)))
    ground["bears"] = ground["crop"].map(load_crops().set_index("crop")["land_kind"]).fillna("")
    ground["crop"] = ""
    taken: dict[tuple[bool, bool], npt.NDArray[np.bool_]] = {}
    for rule in rules[rules["source"].isin(list(found))].to_dict("records"):
        communes = found[rule["source"]]["commune_code"]
        mine = _fits(ground, rule) & ground["commune_code"].isin(communes).to_numpy()
        uses = ground["bears"].isin(_split(rule["less_present"]))
        if rule["shares"] == "yes":  # trees share their hectares; crops beside them take nothing
            mine &= uses.to_numpy()
        before = taken.setdefault(_bearing(rule), np.zeros(len(ground), dtype=bool))
        mine &= ~before
        before |= mine
        parts.append(ground[mine].assign(source=rule["source"], uses=uses[mine])[columns])
    sums = pd.concat(parts, ignore_index=True).groupby(columns[:3])["area_ha"].sum()
    return sums.reset_index()


def _tell_under_crops(standing: pd.DataFrame, land: pd.DataFrame, findings: Findings) -> None:
    """Tell crops on land that is not there for them: one of the two layers is out of date."""
    mine = standing[~standing["uses"] & (standing["area_ha"] > _NEAR_HA)]
    sources = land[["source", "origin", "en", "vi"]].drop_duplicates("source")
    for source, origin, en, vi in sources.itertuples(index=False):
        rows = mine[mine["source"] == source]
        if rows.empty:
            continue
        codes, area = sorted(rows["commune_code"]), float(rows["area_ha"].sum())
        name = Phrase(en=en, vi=vi)
        what = message(
            "zones.allocation.land_under_crops", source=name, area=area, count=len(codes)
        )
        findings.add(
            Finding(
                "note",
                "land-under-crops",
                origin,
                what,
                count=len(codes),
                area_ha=area,
                examples=tuple(codes[:5]),
            )
        )


def _bearing(rule: Mapping[Hashable, Any]) -> tuple[bool, bool]:
    """Tell land, stands to convert and ground under canopy apart: each holds a hectare once."""
    shares = rule["shares"] == "yes"
    return shares, shares and "understorey" in _split(rule["less_present"])


def _tell_claimed(land: pd.DataFrame, rule: Mapping[Hashable, Any], findings: Findings) -> None:
    hectares = float(land["hectares"].sum())
    if hectares <= 0:
        return
    codes = sorted(set(land["commune_code"]))
    what = message(
        "zones.allocation.land_in_two_sources",
        source=_name(rule),
        area=hectares,
        count=len(codes),
    )
    findings.add(
        Finding(
            "problem",
            "land-in-two-sources",
            "land sources",
            what,
            count=len(codes),
            area_ha=hectares,
            examples=tuple(codes[:5]),
        )
    )


def _name(rule: Mapping[Hashable, Any]) -> Phrase:
    return Phrase(en=rule["name_en"], vi=rule["name_vi"])


def _on_the_ground(land: pd.DataFrame, inside: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Lessen land that one map shows where another shows other land or forest.

    Maps are taken in the order of the rules. What a later one shows has the ground of the commune
    less the land of the earlier ones, and less the forest of the forest layer.
    """
    ground = commune_ground(inside)
    forest = inside[inside["land"].isin(FOREST) & (inside["kind"] == "forest_status")]
    standing = forest.groupby("commune_code")["hectares"].sum()
    codes, whole = land["commune_code"], land["area_ha"]
    area, used = whole.copy(), pd.Series(0.0, index=land.index)
    for kind in dict.fromkeys(land["kind"]):
        mine = (land["kind"] == kind) & ~land["shares"]
        wanted = whole.where(mine, 0.0).groupby(codes).transform("sum")
        others = 0.0 if kind == "forest_status" else codes.map(standing).fillna(0.0)
        room = (codes.map(ground) - used - others).clip(lower=0.0)
        part = (room / wanted.where(wanted > 0)).fillna(1.0).clip(upper=1.0)
        area = area.where(~mine, whole * part)
        used += wanted * part
    cut = land.assign(cut=whole - area)
    over = cut[cut["cut"] > _NEAR_HA]
    if len(over):
        findings.add(_beyond_ground(over))
    return land.assign(area_ha=area)


def commune_ground(measured: pd.DataFrame) -> pd.Series[float]:
    """Ground of each commune (ha): all that the layer reaching most of it shows."""
    sums = measured.groupby(["commune_code", "layer"])["area_ha"].sum()
    return sums.groupby("commune_code").max()


def _beyond_ground(over: pd.DataFrame) -> Finding:
    codes, hectares = sorted(set(over["commune_code"])), float(over["cut"].sum())
    names = over.drop_duplicates("source")
    return Finding(
        "problem",
        "land-beyond-ground",
        ", ".join(sorted(set(over["origin"]))),
        message(
            "zones.allocation.land_beyond_ground",
            area=hectares,
            count=len(codes),
            sources=[Phrase(en, vi) for en, vi in zip(names["en"], names["vi"], strict=True)],
        ),
        count=len(codes),
        area_ha=hectares,
        examples=tuple(codes[:5]),
    )


def _told(
    inside: pd.DataFrame,
    rules: pd.DataFrame,
    rule: Mapping[Hashable, Any],
    found: Mapping[str, pd.DataFrame],
) -> set[str]:
    """Communes of which other sources tell, so that this one does not stand in for them.

    A map that reaches a commune and shows none of the land there tells of it as well: what the
    forest layer calls farmland is rice land then.
    """
    names = _split(rule["instead_of"])
    kinds = set(rules.loc[rules["source"].isin(names), "layer_kind"]) - {rule["layer_kind"], ""}
    told = set(inside.loc[inside["kind"].isin(kinds), "commune_code"])
    return told.union(*(found[name]["commune_code"] for name in names if name in found))


def _inside(measured: pd.DataFrame, layers: Mapping[str, str]) -> pd.DataFrame:
    mine = (measured["commune_code"] != "") & measured["layer"].isin(layers)
    frame = pd.DataFrame(measured[mine])
    hectares = frame["ledger_ha"].fillna(frame["area_ha"])
    inside: pd.DataFrame = frame.assign(kind=frame["layer"].map(dict(layers)), hectares=hectares)
    return inside


def _split(text: str) -> list[str]:
    return [part for part in str(text).split("|") if part]


def _fits(inside: pd.DataFrame, rule: Mapping[Hashable, Any]) -> npt.NDArray[np.bool_]:
    """Tell the rows of the measured land that a rule names, whatever their age."""
    mask = inside["kind"] == rule["layer_kind"]
    for column in ("land", "three_forest", "crop"):
        wanted = _split(str(rule[column]))
        if wanted:
            mask &= inside[column].isin(wanted)
    return np.asarray(mask, dtype=bool)


def _window(inside: pd.DataFrame, rule: Mapping[Hashable, Any]) -> pd.DataFrame:
    """First and last year in which a stand's age fits; missing where no end stands."""
    born = inside["planting_year"].astype("float64")
    low, high = (np.nan if pd.isna(rule[name]) else rule[name] for name in ("age_low", "age_high"))
    asked = not (np.isnan(low) and np.isnan(high))
    begin = born + np.nan_to_num(low) if asked else born * np.nan
    return pd.DataFrame({"begin": begin, "end": born + high})


def _usable(
    inside: pd.DataFrame, rule: Mapping[Hashable, Any], first_year: int
) -> npt.NDArray[np.bool_]:
    """Tell stands whose age fits in the first year or later; land without ages always is."""
    if pd.isna(rule["age_low"]) and pd.isna(rule["age_high"]):
        return np.ones(len(inside), dtype=bool)
    window = _window(inside, rule)
    usable = window["begin"].notna() & ~(window["end"] < first_year)
    return np.asarray(usable, dtype=bool)


def _pieces(land: pd.DataFrame, rule: Mapping[Hashable, Any], first_year: int) -> pd.DataFrame:
    """Hectares of one source by commune, layer and the years in which they may be used."""
    window = _window(land, rule)
    begin = window["begin"].where(window["begin"] > first_year)
    land = land.assign(from_year=begin, until_year=window["end"], origin=land["layer"])
    keys = ["commune_code", "origin", "from_year", "until_year"]
    areas = land.groupby(keys, dropna=False)["hectares"].sum().reset_index(name="area_ha")
    return areas.assign(
        source=rule["source"],
        kind=rule["layer_kind"],
        shares=rule["shares"] == "yes",
        less=rule["less_present"],
        part=1.0 if rule["limit_of"] == "rest" else float(rule["limit_ratio"]),
        en=rule["name_en"],
        vi=rule["name_vi"],
    )


def _less_present(
    land: pd.DataFrame, present: pd.DataFrame, standing: pd.DataFrame
) -> pd.DataFrame:
    """Take off what stands there already, once.

    ``standing`` says of plots on which land they are. The orchards that a commune reports stand on
    all the land that may bear orchards together; how much of them on which of its rows nobody
    knows, so every row gives in proportion. Land less than its crops is none, not negative. Of land
    of which only a part may be used, what stands there uses up that part: one hectare takes
    1 / part hectares with it, so that part × what is left is the part of the whole less what stands
    there.
    """
    kinds = load_crops().set_index("crop")["land_kind"]
    reported = present.assign(kind=present["crop"].map(kinds))
    used, other = (_spread(standing[standing["uses"] == uses], land) for uses in (True, False))
    whole = (land["area_ha"] - other).clip(lower=0.0)
    areas = (whole - used).clip(lower=0.0)
    for kind in sorted({kind for text in land["less"] for kind in _split(text)}):
        bears = land["less"].map(lambda text, kind=kind: kind in _split(text)).astype(bool)
        code = land["commune_code"]
        taken = reported[reported["kind"] == kind].groupby("commune_code")["present_ha"].sum()
        room = areas.where(bears, 0.0).groupby(code).transform("sum")
        left = (room - code.map(taken).fillna(0.0)).clip(lower=0.0)
        areas = areas.where(~bears | (room == 0), areas * left / room)
    taken = (whole - areas) / land["part"].where(land["part"] > 0, 1.0)
    return land.assign(area_ha=(whole - taken).clip(lower=0.0))


def _spread(standing: pd.DataFrame, land: pd.DataFrame) -> pd.Series[float]:
    """Hectares of communes and sources on the rows of land, by their hectares."""
    keys = ["commune_code", "source"]
    taken = standing.groupby(keys)["area_ha"].sum()
    found = taken.reindex(pd.MultiIndex.from_frame(land[keys])).fillna(0.0).to_numpy()
    whole = land.groupby(keys)["area_ha"].transform("sum")
    share: pd.Series[float] = land["area_ha"] * (found / whole.where(whole > 0)).fillna(0.0)
    return share


def ageless_stands(
    measured: pd.DataFrame, rules: pd.DataFrame, *, layers: Mapping[str, str]
) -> list[Finding]:
    """Stands that a source would take by their age, if only their planting year were known."""
    inside = _inside(measured, layers)
    found = []
    for rule in rules.to_dict("records"):
        if pd.isna(rule["age_low"]) and pd.isna(rule["age_high"]):
            continue
        ageless = inside["planting_year"].isna() & (inside["hectares"] > 0)
        land = inside[_fits(inside, rule) & ageless.to_numpy(dtype=bool)]
        if len(land):
            found.append(_ageless(land, rule))
    return found


def _ageless(land: pd.DataFrame, rule: Mapping[Hashable, Any]) -> Finding:
    hectares = float(land["hectares"].sum())
    codes = sorted(set(land["commune_code"]))
    return Finding(
        "note",
        "stands-without-year",
        ", ".join(sorted(set(land["layer"]))),
        message(
            "zones.allocation.stands_without_year",
            source=_name(rule),
            area=hectares,
            count=len(codes),
        ),
        count=len(codes),
        examples=tuple(codes[:5]),
    )


def unreached_communes(
    measured: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    layers: Mapping[str, str],
    communes: pd.DataFrame,
) -> list[Finding]:
    """Communes that a layer of land does not reach: their land of its sources is not known."""
    found = []
    for layer, kind in sorted(layers.items()):
        mine = rules[rules["layer_kind"] == kind]
        reached = measured.loc[measured["layer"] == layer, "commune_code"]
        codes = sorted(set(communes["commune_code"]) - set(reached))
        if codes and len(mine):
            found.append(_unreached(layer, mine, codes))
    return found


def _unreached(layer: str, rules: pd.DataFrame, codes: list[str]) -> Finding:
    return Finding(
        "note",
        "communes-without-land-layer",
        layer,
        message(
            "zones.allocation.communes_without_land_layer",
            layer=layer,
            count=len(codes),
            sources=[_name(rule) for rule in rules.to_dict("records")],
        ),
        count=len(codes),
        examples=tuple(codes[:5]),
    )


def missing_maps(
    suits: pd.DataFrame,
    crop_rules: pd.DataFrame,
    source_rules: pd.DataFrame,
    zones: pd.DataFrame,
    *,
    layers: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    """Zones without a hectare that suits, and the kinds of layers with their land that lack."""
    wanted = zones.assign(crop=zones["crop"].where(zones["crop"] != "", zones["zone"]))
    wanted = wanted[~wanted["zone"].isin(suits["zone"])].merge(crop_rules, on="crop")
    wanted = wanted.merge(source_rules, on="source")
    lacking = wanted[~wanted["layer_kind"].isin(["", *layers.values()])]
    kinds = lacking.groupby("zone", sort=False)["layer_kind"]
    return {str(zone): tuple(sorted(set(found))) for zone, found in kinds}


def tell_missing_maps(
    missing: Mapping[str, tuple[str, ...]], names: Mapping[str, Phrase]
) -> list[Finding]:
    """Tell zones whose land a map shows that the project lacks, by the kind of map."""
    by_kind = {
        kind: [zone for zone, kinds in missing.items() if kind in kinds]
        for kind in sorted(set().union(*missing.values()))
    }
    return [
        Finding(
            "note",
            "map-of-land-missing",
            "allocation",
            message(
                "zones.allocation.map_of_land_missing",
                zones=[names[zone] for zone in zones],
                kind=kind,
                map=message(f"zones.project.kind_{kind}"),
            ),
            count=len(zones),
        )
        for kind, zones in by_kind.items()
    ]


def suitability_table(
    rules: pd.DataFrame, available: pd.DataFrame, zones: pd.DataFrame
) -> pd.DataFrame:
    """Suitability of every zone on every source of every commune that has some."""
    wanted = zones.assign(crop=zones["crop"].where(zones["crop"] != "", zones["zone"]))
    pairs = wanted.merge(rules[["crop", "source", "suitability"]], on="crop")
    places = available[["commune_code", "source"]].drop_duplicates()
    return SUITABILITY.validate(pairs.merge(places, on="source")[SUITABILITY.names])


def past_pace(
    measured: pd.DataFrame,
    available: pd.DataFrame,
    *,
    layer: str,
    last_year: int,
    years: int = 10,
    zones: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Most a commune can plant in a year: the most it planted in one of the last years."""
    mine = measured[(measured["layer"] == layer) & (measured["commune_code"] != "")]
    recent = mine["planting_year"].between(last_year - years + 1, last_year).fillna(False)
    mine = mine[recent.to_numpy(dtype=bool)]
    land = available.groupby("commune_code")["area_ha"].sum()
    land = land[land > 0]
    frames = [_most_planted(mine, land).assign(zone="")]
    if zones is not None:
        for zone, crop in zip(zones["zone"], zones["crop"], strict=True):
            of_crop = mine[(mine["crop"] == crop).to_numpy(dtype=bool)] if crop else mine.iloc[:0]
            frames.append(_most_planted(of_crop, land).assign(zone=zone))
    pace = pd.concat(frames, ignore_index=True)
    return PACE.validate(pace.assign(year=np.nan, low_ha=np.nan))


def _most_planted(mine: pd.DataFrame, land: pd.Series[float]) -> pd.DataFrame:
    """Most hectares of one year by commune; where none were planted, the typical per land."""
    hectares = mine["ledger_ha"].fillna(mine["area_ha"])
    yearly = hectares.groupby([mine["commune_code"], mine["planting_year"]]).sum()
    most = yearly.groupby("commune_code").max()
    pace = most.reindex(land.index)
    known = pace.notna() & (pace > 0)
    if not known.any():
        return PACE.empty()[["commune_code", "high_ha"]]
    typical = float(pace[known].sum() / land[known].sum())
    pace = pace.where(known, land * typical)
    return pd.DataFrame({"commune_code": pace.index, "high_ha": pace.to_numpy()})


def zone_land(allocation: Allocation) -> pd.DataFrame:
    """Hectares that each zone could take in each commune, whatever the plan does with them."""
    inputs = allocation.inputs
    land = allocation.model.land
    suits = inputs.suitability[inputs.suitability["suitability"] > 0]
    found = suits.merge(land, on=["commune_code", "source"]).groupby(_PAIR)["usable_ha"].sum()
    table = allocation.limits[[*_PAIR, "binding"]].reset_index(drop=True)
    wanted = pd.MultiIndex.from_frame(table[_PAIR])
    hectares = found.reindex(wanted).fillna(0.0).to_numpy()
    told = table["zone"].isin(inputs.suitability["zone"].unique()).to_numpy()
    return ALLOCATION_LAND.validate(table.assign(available_ha=np.where(told, hectares, np.nan)))


def join_zone_land(
    zones: pd.DataFrame,
    land: pd.DataFrame,
    *,
    allocation: pd.DataFrame,
    losses: pd.DataFrame,
    decimals: int,
) -> pd.DataFrame:
    """Add printed ``available_ha`` and ``gap_ha`` to printed zones.

    Where nobody tells what is present, nobody knows what is lacking: the gap is missing, not 0 and
    not the plan.
    """
    step = 10.0**-decimals
    planned = allocation.groupby(_PAIR)["planned_ha"].sum()
    land = land.sort_values(_PAIR)
    added = planned.reindex(pd.MultiIndex.from_frame(land[_PAIR])).fillna(0.0)
    rounded = np.full(len(land), np.nan)
    for group in land.groupby("zone").indices.values():
        area = land["available_ha"].to_numpy()[group]
        if not np.isnan(area).any():
            rounded[group] = round_to_total(area, step=step, floors=added.to_numpy()[group])
    printed = land.assign(available_ha=rounded)[[*_PAIR, "available_ha"]]
    pairs = pd.MultiIndex.from_frame(printed[_PAIR])
    lost = losses.groupby(_PAIR)["loss_ha"].sum().reindex(pairs).fillna(0.0)
    gap = (added.to_numpy() - lost.to_numpy()).round(decimals) + 0.0
    joined = zones.merge(printed.assign(gap_ha=gap), on=_PAIR, how="left", validate="1:1")
    gaps = joined["gap_ha"].where(joined["present_ha"].notna())
    return joined.assign(gap_ha=gaps).set_axis(zones.index)
