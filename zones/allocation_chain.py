"""The chain from clause to hectare: why one commune gets what it gets of one zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from layers.errors import InputError
from layers.wording import Phrase
from zones.allocation import Allocation
from zones.allocation_reasons import source_names
from zones.allocation_sentences import Figure, Sentence, Value, Voice, decimals_of
from zones.allocation_tables import PrintedAllocation

__all__ = ["LIMIT_NAMES", "explain_commune"]

#: What each limit is called in the last link of the chain.
LIMIT_NAMES = {
    "no_land": Phrase(en="no suitable land", vi="không có đất phù hợp"),
    "list": Phrase(en="the plan's closed list", vi="danh sách đóng của kế hoạch"),
    "lock": Phrase(en="a lock", vi="khóa"),
    "ceiling": Phrase(en="the upper end of a target is reached", vi="đã tới mức trên của chỉ tiêu"),
    "land": Phrase(en="all suitable land is planted", vi="đã trồng hết đất phù hợp"),
    "pace": Phrase(en="the commune's pace for this zone", vi="tốc độ trồng vùng này của xã"),
    "commune_pace": Phrase(en="the commune's pace in all", vi="tốc độ trồng chung của xã"),
    "zone_pace": Phrase(en="the plan's yearly figure", vi="mức hằng năm của kế hoạch"),
    "province_pace": Phrase(en="the yearly figure for all zones", vi="mức hằng năm chung"),
    "target": Phrase(en="no more is asked for", vi="không cần trồng thêm"),
    "not_allocated": Phrase(en="zone not allocated", vi="vùng chưa được phân bổ"),
}


def explain_commune(
    allocation: Allocation,
    zone: str,
    commune_code: str,
    *,
    printed: PrintedAllocation,
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
    printed : PrintedAllocation
        Printed figures.
    names : mapping of str to Phrase, optional
        Names of zones by id.

    Returns
    -------
    list of Sentence
        Clause and target, list, land by source, pace, hectares, and what binds.

    Raises
    ------
    InputError
        The zone has no target, or there is no such commune.
    """
    limits = allocation.limits
    row = limits[(limits["zone"] == zone) & (limits["commune_code"] == commune_code)]
    if row.empty:
        raise InputError(
            en=f"Nothing is allocated for zone {zone!r} in commune {commune_code!r}: expected one "
            f"of the zones {sorted(set(limits['zone']))} and a commune code of the province.",
            vi=f"Không có phân bổ của vùng {zone!r} tại xã {commune_code!r}: cần một trong các "
            f"vùng {sorted(set(limits['zone']))} và mã xã của tỉnh.",
        )
    communes = allocation.inputs.communes.set_index("commune_code")["commune"]
    voice = Voice(printed.step, {**source_names(allocation), **(names or {})})
    pair = _Pair(allocation, printed, voice, (zone, commune_code, str(communes[commune_code])))
    return [
        *pair.targets(),
        pair.listing(),
        *pair.land(),
        *pair.pace(),
        pair.planned(),
        pair.say("chain_binding", limit=LIMIT_NAMES[str(row["binding"].iloc[0])]),
    ]


class _Pair:
    """One zone in one commune."""

    def __init__(
        self,
        allocation: Allocation,
        printed: PrintedAllocation,
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

    def targets(self) -> Iterator[Sentence]:
        held = self.printed.held
        asked = held[(held["zone"] == self.zone) & held["commune_code"].isin(["", self.code])]
        for row in asked.to_dict("records"):
            if isinstance(row["clause"], str) and row["clause"]:
                yield self.say("clause", clause=row["clause"])
            has_low = row["low_ha"] > 0
            yield self.say(
                "chain_target" if has_low else "chain_ceiling",
                target=str(row["target"]),
                year=int(row["year"]),
                low=float(row["low_ha"]),
                high=float(row["high_ha"]),
                present=float(row["present_ha"]),
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

    def land(self) -> Iterator[Sentence]:
        inputs, plan = self.allocation.inputs, self.printed.lands
        suits = self.mine(inputs.suitability[inputs.suitability["suitability"] > 0])
        here = inputs.available[
            (inputs.available["commune_code"] == self.code) & (inputs.available["area_ha"] > 0)
        ]
        limits = inputs.sources.set_index("source")["limit_ratio"]
        found = suits.merge(here.groupby("source")["area_ha"].sum().reset_index())
        if found.empty:
            yield self.say("chain_no_land")
        for source, grade, area in zip(
            found["source"], found["suitability"], found["area_ha"], strict=True
        ):
            used = plan[(plan["commune_code"] == self.code) & (plan["source"] == source)]
            all_used = float(used["planned_ha"].sum())
            own = float(used.loc[used["zone"] == self.zone, "planned_ha"].sum())
            usable = float(area) * float(limits[source])
            origins = sorted(set(here.loc[here["source"] == source, "origin"]))
            yield self.say(
                "chain_land",
                source=self.voice.name(str(source)),
                area=self.given(usable),
                origin=", ".join(origins),
                suitability=round(float(grade) * 100),
                mine=own,
                others=all_used - own,
                left=max(usable - all_used, 0.0),
            )

    def pace(self) -> Iterator[Sentence]:
        pace = self.allocation.inputs.pace
        plan, sources = self.printed.lands, self.allocation.inputs.sources
        here = plan[plan["commune_code"] == self.code]
        own = here[here["zone"] == self.zone]
        # Work on land that bears trees already is no planting and no part of the pace in all.
        here = here[here["source"].isin(sources.loc[~sources["shares"], "source"])]
        for key, zone, hectares in (
            ("chain_pace", self.zone, own),
            ("chain_commune_pace", "", here),
        ):
            rows = pace[(pace["zone"] == zone) & (pace["commune_code"] == self.code)]
            most = float(rows["high_ha"].min())
            if np.isfinite(most):
                used = float(
                    hectares.groupby("year")["planned_ha"].sum().max() if len(hectares) else 0
                )
                yield self.say(key, most=self.given(most), used=used)

    def planned(self) -> Sentence:
        present = float(self.mine(self.printed.present)["present_ha"].sum())
        planned = float(self.mine(self.printed.planned)["planned_ha"].sum())
        year = self.allocation.settings.last_year
        return self.say("chain_planned", present=present, planned=planned, year=year)
