"""Scenarios: an allocation's inputs with a few numbers changed, given as KEY=VALUE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.remembered import remembered
from layers.io.values import parse_number
from zones.allocation.allocation_names import (
    find_commune,
    find_source,
    find_zone,
    find_zone_or_commune,
)
from zones.allocation.cover_target import CoverTargets
from zones.allocation.inputs import AVAILABLE, LISTED, LOCKS, PACE, SUITABILITY, AllocationInputs
from zones.allocation.prepare import Prepared

_WHAT_IF = "what-if"

#: What can be changed, by the number of parts after the first.
KEYS_OF_CHANGES: dict[str, Phrase] = {
    "low.ZONE": Phrase(en="lower end of its target, ha", vi="mức dưới của chỉ tiêu, ha"),
    "high.ZONE": Phrase(en="upper end of its target, ha", vi="mức trên của chỉ tiêu, ha"),
    "year.ZONE": Phrase(en="year of its target", vi="năm của chỉ tiêu"),
    "importance.ZONE": Phrase(en="what a missing hectare weighs", vi="trọng số một héc-ta thiếu"),
    "cover.low": Phrase(en="forest cover rate asked for, %", vi="tỷ lệ che phủ rừng cần đạt, %"),
    "cover.importance": Phrase(
        en="what a missing hectare of forest that counts weighs; 0: not asked for",
        vi="trọng số một héc-ta rừng được tính còn thiếu; 0: không đặt chỉ tiêu",
    ),
    "list.ZONE": Phrase(en="open or closed", vi="open (mở) hoặc closed (đóng)"),
    "listed.ZONE.COMMUNE": Phrase(en="yes or no", vi="yes (có) hoặc no (không)"),
    "pace.ZONE": Phrase(en="most per year in the province, ha", vi="tối đa mỗi năm toàn tỉnh, ha"),
    "pace.COMMUNE": Phrase(en="most per year of all zones, ha", vi="tối đa mỗi năm mọi vùng, ha"),
    "pace.ZONE.COMMUNE": Phrase(en="most per year, ha", vi="tối đa mỗi năm, ha"),
    "land.SOURCE": Phrase(en="factor on its land: 1.2x", vi="hệ số diện tích đất: 1.2x"),
    "land.SOURCE.COMMUNE": Phrase(
        en="its land, ha; pieces with years of their own keep their parts and years",
        vi="diện tích đất, ha; các phần có năm riêng giữ nguyên tỷ lệ và năm",
    ),
    "suitability.ZONE.SOURCE": Phrase(en="0 to 1, in every commune", vi="0 đến 1, ở mọi xã"),
    "lock.ZONE.COMMUNE": Phrase(
        en="must:HECTARES, may or must_not", vi="must:SỐ_HA, may hoặc must_not"
    ),
    "unlisted_cost": Phrase(
        en="cost of a hectare off an open list", vi="giá một ha ngoài danh sách mở"
    ),
}
#: The same as first parts and numbers of parts after them.
_SHAPES = {(key.split(".")[0], key.count(".")) for key in KEYS_OF_CHANGES}


def change_inputs(prepared: Prepared, changes: Sequence[str]) -> Prepared:
    """Change numbers of an allocation's inputs."""
    return _changed(prepared, tuple(changes))


@remembered(most=4)
def _changed(prepared: Prepared, changes: tuple[str, ...]) -> Prepared:
    faults: list[Phrase] = []
    made = prepared
    for change in changes:
        try:
            made = _apply(made, change)
        except InputError as error:
            faults.append(error.phrase)
    if not faults:
        faults = list(_contradictions(made, changes))
    if faults:
        raise InputError(joined(faults))
    return made


def _contradictions(made: Prepared, changes: tuple[str, ...]) -> Iterator[Phrase]:
    """Changes whose figure another one takes back."""
    for change in changes:
        factor = _read(change)[2].lower().endswith("x")
        if not factor and not _same_figures(made.inputs, _apply(made, change).inputs):
            yield _fault(change, message("zones.allocation.taken_back")).phrase


def _same_figures(one: AllocationInputs, other: AllocationInputs) -> bool:
    """Tell whether targets, land and pace are the same, in whatever order their rows stand."""
    tables = [(it.targets, _land_of(it), it.pace) for it in (one, other)]
    return all(
        a.sort_values(list(a), ignore_index=True).equals(b.sort_values(list(b), ignore_index=True))
        for a, b in zip(*tables, strict=True)
    )


def _land_of(inputs: AllocationInputs) -> pd.DataFrame:
    land = inputs.available.groupby(["commune_code", "source"], as_index=False)["area_ha"].sum()
    return pd.DataFrame(land[land["area_ha"] > 0].round(6))


def check_changes(changes: Sequence[str]) -> None:
    """Refuse changes that have no known key, or one key twice, before anything is measured."""
    faults: list[Phrase] = []
    seen: set[tuple[str, ...]] = set()
    for change in changes:
        try:
            what, parts, _ = _read(change)
            if (key := (what, *parts)) in seen:
                raise _fault(change, message("zones.allocation.key_twice", key=".".join(key)))
            seen.add(key)
        except InputError as error:
            faults.append(error.phrase)
    if faults:
        raise InputError(joined(faults))


def _read(change: str) -> tuple[str, list[str], str]:
    """What is changed, of what, and its new value."""
    key, equals, value = change.partition("=")
    what, *parts = key.strip().split(".")
    value = value.strip()
    if not equals or not value:
        raise _fault(change, message("zones.allocation.key_value_expected"))
    if (what, len(parts)) not in _SHAPES and not parts:
        raise _fault(change, message("zones.allocation.say_what_of_it", name=what, value=value))
    if (what, len(parts)) not in _SHAPES:
        known = ", ".join(KEYS_OF_CHANGES)
        raise _fault(change, message("zones.allocation.unknown_key", known=known))
    return what, parts, value


def _apply(prepared: Prepared, change: str) -> Prepared:
    what, parts, value = _read(change)
    if what == "unlisted_cost":
        settings = replace(prepared.settings, unlisted_cost=_number(value, 1.0, change))
        return replace(prepared, settings=settings)
    if what == "cover":
        return replace(prepared, cover=_cover(prepared.cover, parts[0], value, change))
    editor = _Editor(prepared, change)
    edits: dict[tuple[str, int], Callable[[list[str], str], AllocationInputs]] = {
        ("low", 1): editor.target,
        ("high", 1): editor.target,
        ("year", 1): editor.target,
        ("importance", 1): editor.target,
        ("list", 1): editor.list_kind,
        ("listed", 2): editor.listed,
        ("pace", 1): editor.pace,
        ("pace", 2): editor.pace,
        ("land", 1): editor.land,
        ("land", 2): editor.land,
        ("suitability", 2): editor.suitability,
        ("lock", 2): editor.lock,
    }
    inputs = edits[what, len(parts)](parts, value)
    return replace(prepared, inputs=inputs, findings=(*prepared.findings, *editor.findings))


def _cover(asked: CoverTargets | None, what: str, value: str, change: str) -> CoverTargets:
    """Change what is asked of forest cover; all its targets alike."""
    if asked is None:
        raise _fault(change, message("zones.allocation.cover_not_known"))
    if what == "importance":
        return replace(asked, importance=_number(value, asked.importance, change))
    if what != "low":
        known = ", ".join(KEYS_OF_CHANGES)
        raise _fault(change, message("zones.allocation.unknown_key", known=known))
    low = [_number(value, float(old), change) for old in asked.targets["low"]]
    if not all(0 <= rate <= 100 for rate in low):
        raise _fault(change, message("zones.allocation.rate_outside"))
    return replace(asked, targets=asked.targets.assign(low=low))


def _fault(change: str, why: Phrase) -> InputError:
    return InputError("zones.allocation.bad_what_if", change=change, why=why)


def _number(text: str, present: float, change: str) -> float:
    """Read a figure, or a factor on what stands there (``1.2x``)."""
    factor = text.lower().endswith("x")
    try:
        figure = parse_number(text[:-1] if factor else text)
    except InputError as error:
        raise _fault(
            change,
            message("zones.allocation.bad_number", text=text, error=error.phrase),
        ) from None
    if figure < 0:
        raise _fault(change, message("zones.allocation.figure_below_zero"))
    return figure * present if factor else figure


class _Editor:
    """Edits the inputs for one change."""

    def __init__(self, prepared: Prepared, change: str) -> None:
        self.inputs, self.names, self.change = prepared.inputs, prepared.names, change
        self.where, self.aside = f"--what-if {change!r}", prepared.aside
        self.findings: list[Finding] = []

    def zone(self, name: str) -> str:
        return find_zone(name, self.inputs, self.names, self.where, aside=self.aside)

    def source(self, name: str) -> str:
        return find_source(name, self.inputs, self.where)

    def commune(self, name: str) -> str:
        return find_commune(name, self.inputs, self.where)

    def number(self, text: str, present: float) -> float:
        return _number(text, present, self.change)

    def target(self, parts: list[str], value: str) -> AllocationInputs:
        zone, what = self.zone(parts[0]), self.change.partition(".")[0].strip()
        column = what if what in ("year", "importance") else f"{what}_ha"
        targets = self.inputs.targets
        mine = (targets["zone"] == zone) & (targets["commune_code"] == "")
        changed = [self.number(value, float(old)) for old in targets.loc[mine, column]]
        if column == "year":
            if not all(year.is_integer() for year in changed):
                raise _fault(self.change, message("zones.allocation.whole_year_expected"))
            changed = [int(year) for year in changed]
        before, targets = targets[column], targets.copy()
        targets.loc[mine, column] = changed
        if column != "importance":  # of no clause: the plan says otherwise
            targets.loc[targets[column].ne(before) & mine, "clause"] = ""
        if column in ("low_ha", "high_ha"):
            self._give_way(targets, mine, column)
        return replace(self.inputs, targets=targets)

    def _give_way(self, targets: pd.DataFrame, mine: pd.Series, column: str) -> None:
        """Let the other end of a target follow where the changed one passes it."""
        other = "high_ha" if column == "low_ha" else "low_ha"
        crossed = mine & (targets["low_ha"] > targets["high_ha"])
        targets.loc[crossed, other] = targets.loc[crossed, column]
        for row in targets[crossed].to_dict("records"):
            target, year, figure = str(row["target"]), row["year"], float(row[column])
            name = self.names.get(row["zone"], Phrase(en=row["zone"], vi=row["zone"]))
            self.findings.append(
                Finding(
                    "note",
                    "other-end-gives-way",
                    "what-if",
                    message(
                        f"zones.allocation.follows_{other}", zone=name, year=year, figure=figure
                    ),
                    examples=(target,),
                )
            )

    def list_kind(self, parts: list[str], value: str) -> AllocationInputs:
        zone = self.zone(parts[0])
        listed = self.inputs.listed
        if value not in ("open", "closed"):
            raise _fault(self.change, message("zones.allocation.open_or_closed_expected"))
        kinds = listed["list"].mask(listed["zone"] == zone, value)
        return replace(self.inputs, listed=listed.assign(list=kinds))

    def listed(self, parts: list[str], value: str) -> AllocationInputs:
        zone, code = self.zone(parts[0]), self.commune(parts[1])
        if value not in ("yes", "no"):
            raise _fault(self.change, message("zones.allocation.yes_or_no_expected"))
        listed = self.inputs.listed
        mine = (listed["zone"] == zone) & (listed["commune_code"] == code)
        if mine.any() == (value == "yes"):
            return self.inputs
        kind = listed.loc[listed["zone"] == zone, "list"].head(1).tolist() or ["open"]
        left = listed[~mine]
        if value == "no":
            if kind[0] == "open" or (left["zone"] == zone).any():
                return replace(self.inputs, listed=left)
            code = ""  # A closed list of nobody: without a row the zone could go everywhere.
        else:
            left = left[(left["zone"] != zone) | (left["commune_code"] != "")]
        row = {"zone": zone, "commune_code": code, "list": kind[0]}
        return replace(self.inputs, listed=_with_row(left, LISTED.validate(pd.DataFrame([row]))))

    def pace(self, parts: list[str], value: str) -> AllocationInputs:
        if len(parts) == 2:
            zone, code = self.zone(parts[0]), self.commune(parts[1])
        else:
            zone, code = find_zone_or_commune(
                parts[0], self.inputs, self.names, self.where, aside=self.aside
            )
        pace = self.inputs.pace
        mine = (pace["zone"] == zone) & (pace["commune_code"] == code)
        rows = pace[mine]
        if not value.lower().endswith("x") and rows["year"].notna().all():
            # What is said of each year is said of those that have no row of their own.
            each = {"zone": zone, "commune_code": code, "year": np.nan, "low_ha": np.nan}
            rows = _with_row(rows, PACE.validate(pd.DataFrame([each | {"high_ha": np.nan}])))
        most = [self.number(value, float(high)) for high in rows["high_ha"]]
        if np.isnan(most).all():
            raise _fault(self.change, message("zones.allocation.no_pace_yet"))
        lower = rows["low_ha"].astype("float64").clip(upper=pd.Series(most, index=rows.index))
        if (lower < rows["low_ha"]).any():
            self._tell_pace(float(lower[lower < rows["low_ha"]].min()))
        rows = PACE.validate(rows.assign(low_ha=lower, high_ha=most))
        return replace(self.inputs, pace=_with_row(pace[~mine], rows))

    def _tell_pace(self, most: float) -> None:
        self.findings.append(
            Finding(
                "note",
                "other-end-gives-way",
                "what-if",
                message("zones.allocation.pace_follows", figure=most),
            )
        )

    def land(self, parts: list[str], value: str) -> AllocationInputs:
        source = self.source(parts[0])
        available = self.inputs.available
        mine = available["source"] == source
        if len(parts) == 1:
            if not value.lower().endswith("x"):
                raise _fault(self.change, message("zones.allocation.factor_expected"))
            area = available["area_ha"].mask(mine, available["area_ha"] * self.number(value, 1.0))
            return replace(self.inputs, available=available.assign(area_ha=area))
        code = self.commune(parts[1])
        mine &= available["commune_code"] == code
        present = float(available.loc[mine, "area_ha"].sum())
        wanted = self.number(value, present)
        if present > 0:
            # Each piece keeps the years in which it is free.
            scaled = available["area_ha"].mask(mine, available["area_ha"] * (wanted / present))
            origin = available["origin"].mask(mine, _WHAT_IF)
            available = available.assign(area_ha=scaled, origin=origin)
            return replace(self.inputs, available=available)
        row = {"commune_code": code, "source": source, "area_ha": wanted, "origin": _WHAT_IF}
        blank = {"from_year": np.nan, "until_year": np.nan}
        added = AVAILABLE.validate(pd.DataFrame([row | blank]))
        return replace(self.inputs, available=_with_row(available[~mine], added))

    def suitability(self, parts: list[str], value: str) -> AllocationInputs:
        zone, source = self.zone(parts[0]), self.source(parts[1])
        suits = self.inputs.suitability
        mine = (suits["zone"] == zone) & (suits["source"] == source)
        codes = self.inputs.available.loc[self.inputs.available["source"] == source, "commune_code"]
        added = pd.DataFrame({"commune_code": codes.unique()}).assign(
            zone=zone, source=source, suitability=self.number(value, 1.0)
        )
        return replace(
            self.inputs, suitability=_with_row(suits[~mine], SUITABILITY.validate(added))
        )

    def lock(self, parts: list[str], value: str) -> AllocationInputs:
        zone, code = self.zone(parts[0]), self.commune(parts[1])
        lock, _, area = value.partition(":")
        if lock not in ("must", "may", "must_not"):
            raise _fault(self.change, message("zones.allocation.bad_lock"))
        row = {
            "zone": zone,
            "commune_code": code,
            "source": "",
            "lock": lock,
            "area_ha": self.number(area, 1.0) if area else np.nan,
        }
        locks = self.inputs.locks
        mine = (locks["zone"] == zone) & (locks["commune_code"] == code) & (locks["source"] == "")
        added = LOCKS.validate(pd.DataFrame([row]))
        return replace(self.inputs, locks=_with_row(locks[~mine], added))


def _with_row(frame: pd.DataFrame, row: pd.DataFrame) -> pd.DataFrame:
    return row if frame.empty else pd.concat([frame, row], ignore_index=True)
