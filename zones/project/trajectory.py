"""The section ``trajectory`` of a project file: what a forecast of forest cover assumes.

Every default is an assumption that the forecast states (table ``trajectory_assumptions``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from layers.base.errors import InputError
from zones.project.part import CropName, Number, Part

Share = Annotated[Number, Field(ge=0, le=1)]
Years = Annotated[int, Field(ge=1, le=200)]
Hectares = Annotated[Number, Field(ge=0)]
Year = Annotated[int, Field(ge=1990, le=2100)]


def _is_figure(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class LegalLag(Part):
    """Least years from the first planting season to the rate, with the article that says so.

    Years alone stand for themselves under the article of the default.
    """

    years: Years = 3
    article: str = "Thông tư 33/2018/TT-BNNPTNT, Điều 33(2)(b)"
    date: dt.date = dt.date(2018, 11, 16)

    @model_validator(mode="before")
    @classmethod
    def _years_alone(cls, value: Any) -> Any:
        return {"years": value} if _is_figure(value) else value


class Range(Part):
    """Lowest, most likely and highest value; draws are taken from the triangle between them.

    One figure is certain: it is all three.
    """

    low: Share
    likely: Share
    high: Share

    @model_validator(mode="before")
    @classmethod
    def _certain(cls, value: Any) -> Any:
        if isinstance(value, (Mapping, Range)):
            return value
        if not _is_figure(value) or not 0 <= value <= 1:
            raise InputError("zones.project.expected_share_or_range")
        return {"low": value, "likely": value, "high": value}

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not self.low <= self.likely <= self.high:
            raise InputError("zones.project.expected_range_in_order")
        return self


class FixedHarvest(Part):
    """A fixed harvest of one species in every year: an area, or a volume with its yield.

    One figure is an area.
    """

    area_ha: Hectares | None = None
    volume_m3: Hectares | None = None
    yield_m3_per_ha: Annotated[Number, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _area_alone(cls, value: Any) -> Any:
        return {"area_ha": value} if _is_figure(value) else value

    @model_validator(mode="after")
    def _one_of_two(self) -> FixedHarvest:
        volume = self.volume_m3 is not None and self.yield_m3_per_ha is not None
        if (self.area_ha is not None) == volume:
            raise InputError("zones.project.expected_area_or_volume")
        return self

    @property
    def hectares(self) -> float:
        """Hectares cut in a year."""
        volume, of_hectare = self.volume_m3 or 0.0, self.yield_m3_per_ha or 1.0
        return volume / of_hectare if self.area_ha is None else self.area_ha


class LossShares(Part):
    """Share of all forest that is lost in a year, by cause of Biểu 05."""

    fire: Share = 0.0
    illegal_clearing: Share = 0.0
    change_of_purpose: Share = 0.0
    pests_and_weather: Share = 0.0


class TrajectorySection(Part):
    """What the forecast of forest cover assumes.

    ``lag`` and ``rotation`` give the years of single species in place of ``data/crops.csv``;
    ``harvest`` the share of what is at or above rotation that is cut in a year, for all species
    or by species; ``planting_ha`` the hectares planted in a year in the province.
    """

    to: Year | None = None
    legal_lag: LegalLag = LegalLag()
    lag_from: Literal["layer", "table"] = "layer"
    lag: dict[CropName, Years] = Field(default_factory=dict)
    rotation: dict[CropName, Years] = Field(default_factory=dict)
    harvest_share: Share | None = None
    harvest: dict[CropName, FixedHarvest] = Field(default_factory=dict)
    harvest_uncertainty: Share = 0.3
    planting_ha: Hectares | None = None
    bare_share: Range | None = None
    survival: Range = Range(low=0.85, likely=0.95, high=1.0)
    losses: LossShares = LossShares()
    regeneration_ha: Hectares = 0.0
    resurvey: dict[int, Number] = Field(default_factory=dict)
    extra_bare_ha: Hectares = 0.0
    delay_harvest_ha: Hectares = 0.0
    model_error: Literal["backtest", "none"] = "backtest"
    draws: Annotated[int, Field(ge=20, le=10_000)] = 200
    seed: int = 0
    make: bool = True


def refuse_past_year(to: int | None, year: int) -> None:
    """Refuse a last year of a forecast that its layer, of ``year``, shows already."""
    if to is not None and to <= year:
        raise InputError("zones.project.forecast_in_past", to=to, year=year)
