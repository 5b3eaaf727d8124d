"""The chain from clause to hectare: why one commune gets what it gets of one zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Language, Phrase, format_number
from zones.allocation.allocate import Allocation
from zones.allocation.cover_held import counted_cells
from zones.allocation.explain.sentences import WORDS, Figure, Sentence, Value, Voice, decimals_of
from zones.allocation.explain.target_reasons import source_names
from zones.allocation.model import yearly_pace
from zones.allocation.rounded import RoundedAllocation
from zones.allocation.targets import is_counted_from_nothing

_LANGUAGES: tuple[Language, Language] = ("en", "vi")

#: What each limit is called in the last link of the chain.
LIMIT_NAMES = WORDS["limits"]


#: The same in a column of a table.
SHORT_LIMITS = WORDS["short_limits"]


def explain_commune(
    allocation: Allocation,
    zone: str,
    commune_code: str,
    *,
    printed: RoundedAllocation,
    names: Mapping[str, Phrase] | None = None,
) -> list[Sentence]:
    """Explain what one commune gets of one zone, from the plan's clause to the hectare.

    Parameters
    ----------
    allocation : Allocation
        The plan.
    zone : str
        Id of the zone.
    commune_code : str
        Code of the commune.
    printed : RoundedAllocation
        Printed figures.
    names : mapping of str to Phrase, optional
        Names of zones by id.

    Returns
    -------
    list of Sentence
        The answer and what binds; then the chain: clause and target, list, locks, land by source,
        pace, and the commune's fair share.

    Raises
    ------
    InputError
        The zone has no target, or there is no such commune.
    """
    limits = allocation.limits
    row = limits[(limits["zone"] == zone) & (limits["commune_code"] == commune_code)]
    if row.empty:
        raise InputError(
            "zones.allocation.explain.nothing_allocated",
            zone=zone,
            commune_code=commune_code,
            zone_2=sorted(set(limits["zone"])),
        )
    communes = allocation.inputs.communes.set_index("commune_code")["commune"]
    voice = Voice(printed.step, {**source_names(allocation), **(names or {})})
    pair = _Pair(allocation, printed, voice, (zone, commune_code, str(communes[commune_code])))
    return [
        *pair.answer(str(row["binding"].iloc[0])),
        *pair.targets(),
        pair.listing(),
        *pair.locks(),
        *pair.land(),
        *pair.pace(),
        *pair.cover(),
        pair.fair(),
    ]


def _where(clause: object) -> Phrase:
    """Clause that states a target; of one that the project or a scenario changed, that it did."""
    if not isinstance(clause, str):
        return Phrase(en="", vi="")
    if not clause:
        return Phrase(en=" as changed here", vi=" sau khi sửa")
    return Phrase(en=f" (clause {clause})", vi=f" (mục {clause})")


class _Pair:
    """One zone in one commune."""

    def __init__(
        self,
        allocation: Allocation,
        printed: RoundedAllocation,
        voice: Voice,
        place: tuple[str, str, str],
    ) -> None:
        self.allocation, self.printed, self.voice = allocation, printed, voice
        self.zone, self.code, self.commune = place

    def say(self, key: str, *, target: str = "", **values: Value) -> Sentence:
        return self.voice.say(key, about=self.zone, target=target, commune=self.commune, **values)

    def given(self, figure: float) -> Figure:
        """Limit as it was given: a digit more than the plan, which goes up to a step beyond it."""
        return Figure(figure, decimals_of(self.voice.step) + 1)

    def mine(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[(frame["zone"] == self.zone) & (frame["commune_code"] == self.code)]

    def answer(self, binding: str) -> Iterator[Sentence]:
        """Hectares first, then what keeps them from being more."""
        present = float(self.mine(self.printed.present)["present_ha"].sum(min_count=1))
        lost = float(self.mine(self.printed.losses)["loss_ha"].sum())
        added = self.mine(self.printed.planned).groupby("year")["planned_ha"].sum()
        added = added[added > 0]
        planned = float(added.sum())
        key = "chain_answer" if lost else "chain_answer_kept" if planned else "chain_answer_none"
        if np.isnan(present):
            untold = "converted" if is_counted_from_nothing(self.zone, present) else "unknown"
            key = f"chain_answer_{untold}" if planned else f"chain_answer_none_{untold}"
        said = self.say(
            key,
            planned=planned,
            present=present,
            lost=lost,
            end=np.nan_to_num(present) - lost + planned,
            year=self.allocation.settings.last_year,
            years=self._by_year(added),
        )
        years: dict[str, Value] = {f"year {year}": int(str(year)) for year in added.index}
        areas: dict[str, Value] = {f"in {year}": float(area) for year, area in added.items()}
        yield replace(said, figures={**said.figures, **years, **areas})
        why = "chain_why_more" if planned else "chain_why_none"
        yield self.say(why, limit=LIMIT_NAMES[binding])

    def _by_year(self, added: pd.Series) -> Phrase:
        decimals = decimals_of(self.voice.step)
        en, vi = (
            "; ".join(
                f"{year}: {format_number(area, language, decimals=decimals)}"
                for year, area in added.items()
            )
            for language in _LANGUAGES
        )
        return Phrase(en=en or "–", vi=vi or "–")

    def targets(self) -> Iterator[Sentence]:
        held = self.printed.held
        asked = held[(held["zone"] == self.zone) & held["commune_code"].isin(["", self.code])]
        for row in asked.to_dict("records"):
            present, lost = float(row["present_ha"]), float(row["loss_ha"])
            key = "chain_ceiling"
            if row["low_ha"] > 0:
                key = "chain_target_lost" if lost else "chain_target"
                if not lost and is_counted_from_nothing(self.zone, present):
                    key = "chain_target_converted"
            yield self.say(
                key,
                target=str(row["target"]),
                clause=row["clause"] if isinstance(row["clause"], str) else "",
                where=_where(row["clause"]),
                year=int(row["year"]),
                low=float(row["low_ha"]),
                high=float(row["high_ha"]),
                present=present,
                lost=lost,
                need=max(float(row["low_ha"]) - np.nan_to_num(present) + lost, 0.0),
                planned=float(row["planned_ha"]),
            )

    def listing(self) -> Sentence:
        listed = self.allocation.inputs.listed
        of_zone = listed[listed["zone"] == self.zone]
        if of_zone.empty:
            return self.say("chain_province")
        if self.code in set(of_zone["commune_code"]):
            return self.say("chain_listed")
        closed = (of_zone["list"] == "closed").any()
        return self.say("chain_off_closed" if closed else "chain_off_open")

    def locks(self) -> Iterator[Sentence]:
        for row in self.mine(self.allocation.inputs.locks).to_dict("records"):
            yield self.say(f"chain_lock_{row['lock']}", area=self.given(float(row["area_ha"])))

    def land(self) -> Iterator[Sentence]:
        inputs, plan = self.allocation.inputs, self.printed.lands
        suits = self.mine(inputs.suitability[inputs.suitability["suitability"] > 0])
        here = self.allocation.model.land
        here = here[here["commune_code"] == self.code]
        land = self.printed.land
        found = suits.merge(land[land["commune_code"] == self.code], on=["commune_code", "source"])
        if found.empty:
            yield self.say("chain_no_land")
        for source, grade, usable in zip(
            found["source"], found["suitability"], found["usable_ha"], strict=True
        ):
            used = plan[(plan["commune_code"] == self.code) & (plan["source"] == source)]
            all_used = float(used["planned_ha"].sum())
            own = float(used.loc[used["zone"] == self.zone, "planned_ha"].sum())
            origins = sorted(set(here.loc[here["source"] == source, "origin"]))
            yield self.say(
                "chain_land",
                source=self.voice.name(str(source)),
                area=float(usable),
                origin=self.voice.origins(origins),
                suitability=round(float(grade) * 100),
                mine=own,
                others=all_used - own,
                left=max(float(usable) - all_used, 0.0),
            )

    def pace(self) -> Iterator[Sentence]:
        pace = yearly_pace(self.allocation.inputs.pace, self.allocation.settings)
        # Unrounded, for a printed year may lie a step beyond the limit that the plan keeps.
        plan, sources = self.allocation.plan, self.allocation.inputs.sources
        here = plan[plan["commune_code"] == self.code]
        own = here[here["zone"] == self.zone]
        # Work on land that bears trees already is no planting and no part of the pace in all.
        here = here[here["source"].isin(sources.loc[~sources["shares"], "source"])]
        of_province = plan[plan["zone"] == self.zone]
        for key, zone, code, hectares in (
            ("chain_pace", self.zone, self.code, own),
            ("chain_commune_pace", "", self.code, here),
            ("chain_zone_pace", self.zone, "", of_province),
        ):
            rows = pace[(pace["zone"] == zone) & (pace["commune_code"] == code)]
            most = rows.dropna(subset="high_ha").set_index("year")["high_ha"].astype("float64")
            if len(most):
                used = hectares.groupby("year")["planned_ha"].sum().reindex(most.index).fillna(0.0)
                tight = int((most - used).to_numpy().argmin())
                yield self.say(
                    key, most=self.given(most.iloc[tight]), used=self.given(used.iloc[tight])
                )

    def cover(self) -> Iterator[Sentence]:
        """Hectares of the pair that count for each target of forest cover."""
        inputs = self.allocation.inputs
        cells = self.mine(counted_cells(inputs, self.allocation.plan))
        for row in self.allocation.cover.to_dict("records"):
            counted = cells.loc[cells["target"] == row["target"], "counted_ha"].sum()
            yield self.say(
                "chain_cover",
                target=str(row["target"]),
                asked=Figure(float(row["asked_percent"]), 2),
                year=int(row["year"]),
                counted=float(counted),
            )

    def fair(self) -> Sentence:
        """All hectares of the commune beside its fair part; ground that is shared stands apart."""
        sources = self.allocation.inputs.sources
        all_, fair = self._part(set(sources.loc[~sources["shares"], "source"]))
        under, fair_under = self._part(set(sources.loc[sources["shares"], "source"]))
        if under == 0 and fair_under == 0:
            return self.say("chain_fair", all=all_, fair=fair)
        return self.say("chain_fair_both", all=all_, fair=fair, under=under, fair_under=fair_under)

    def _part(self, sources: set[str]) -> tuple[float, float]:
        """Sum printed hectares on some sources, and find the part of all by its land of these."""
        allocation, lands = self.allocation, self.printed.lands
        here = lands["source"].isin(sources) & (lands["commune_code"] == self.code)
        places = allocation.model.columns[["commune_code", "source"]].drop_duplicates()
        land = allocation.model.land.merge(places)
        land = land[land["source"].isin(sources)]
        whole = float(land["usable_ha"].sum())
        mine = float(land.loc[land["commune_code"] == self.code, "usable_ha"].sum())
        plan = allocation.plan
        added = float(plan.loc[plan["source"].isin(sources), "planned_ha"].sum())
        fair = added * mine / whole if whole > 0 else 0.0
        return float(lands.loc[here, "planned_ha"].sum()), fair
