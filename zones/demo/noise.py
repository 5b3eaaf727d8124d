"""Smooth random fields over the plane: what makes made-up land look grown rather than drawn.

A field is Gaussian noise with a power-law spectrum, made once on a regular grid by an inverse
Fourier transform and read anywhere by bilinear interpolation. scipy and numpy do all of it; noise
packages (Perlin, simplex) were not taken because none gives a spectrum with two cut-offs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from layers.base.second_process import cores
from layers.base.workers import run_pieces

_STEP = 250.0


@dataclass(frozen=True, slots=True)
class Terrain:
    """The made-up surface."""

    folds: Field  # 0 on the axes of the valleys, of either sign beside them
    limestone: Field  # Positive where the ground is limestone
    patches: dict[str, Field]  # One independent field per kind of land, by which it clusters

    def valley(self, points: Floats) -> Floats:
        """Tell how far up from the valley floor a place is."""
        # The size is taken after interpolation: it would fill up the axes before.
        return np.abs(self.folds.at(points)) / 0.7

    def height(self, points: Floats) -> Floats:
        """Rank places by height: valley floors low, ridges and limestone high."""
        rock = np.clip(self.limestone.at(points), 0, 1.5)
        height: Floats = self.valley(points) + 0.5 * rock
        return height


def build_terrain(
    bounds: tuple[float, float, float, float], kinds: list[str], rng: np.random.Generator
) -> Terrain:
    """Make a surface over a rectangle."""
    grid = Grid.over(bounds, _STEP)
    # The zero line of smooth noise meanders like a river and its size grows away from it.
    folds = fractal(grid, rng, longest=13_000, shortest=700, roughness=2.6)
    rock = fractal(grid, rng, longest=20_000, shortest=2_000, roughness=2.6)
    limestone = Field(grid, rock.heights - 0.4 + 1.2 * _toward_south_west(grid))
    patches = {
        kind: fractal(grid, rng, longest=7_000, shortest=600, roughness=2.2) for kind in kinds
    }
    return Terrain(folds, limestone, patches)


def _toward_south_west(grid: Grid) -> Floats:
    row, column = np.mgrid[0 : grid.rows, 0 : grid.columns]
    far = row / grid.rows + column / grid.columns - 0.9
    slope: Floats = -np.tanh(4 * far)
    return slope


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid over a rectangle of the plane."""

    # west, south: Lower left corner, m
    west: float
    south: float
    step: float  # Spacing, m
    # columns, rows: Number of nodes
    columns: int
    rows: int

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], step: float) -> Grid:
        """Lay a grid over a rectangle."""
        west, south, east, north = bounds
        columns = int(np.ceil((east - west) / step)) + 1
        rows = int(np.ceil((north - south) / step)) + 1
        return cls(west, south, step, columns, rows)

    def nodes(self) -> Floats:
        """Coordinates of the nodes, row by row."""
        x, y = np.meshgrid(
            self.west + self.step * np.arange(self.columns),
            self.south + self.step * np.arange(self.rows),
        )
        return np.column_stack([x.ravel(), y.ravel()])


@dataclass(frozen=True, slots=True)
class Field:
    """Values on a grid that can be read anywhere."""

    grid: Grid  # Where the values stand
    heights: Floats  # Shape ``(rows, columns)``

    def at(self, points: Floats) -> Floats:
        """Read the field."""
        grid = self.grid
        column = (points[:, 0] - grid.west) / grid.step
        row = (points[:, 1] - grid.south) / grid.step
        read: Floats = ndimage.map_coordinates(self.heights, [row, column], order=1, mode="nearest")
        return read


Drift: TypeAlias = tuple[Field, Field]


def fractal(
    grid: Grid,
    rng: np.random.Generator,
    *,
    longest: float,
    shortest: float,
    roughness: float = 2.4,
) -> Field:
    """Fractal noise of mean 0 and standard deviation 1."""
    down = np.fft.fftfreq(grid.rows, grid.step)[:, None]
    along = np.fft.rfftfreq(grid.columns, grid.step)[None, :]
    frequency = np.hypot(down, along)
    chance = rng.normal(size=(2, *frequency.shape))
    falls = (longest**-2 + frequency**2) ** (-roughness / 2)
    amplitude = np.where((frequency > 0) & (frequency < 1 / shortest), falls, 0.0)
    values = np.fft.irfft2((chance[0] + 1j * chance[1]) * amplitude, s=(grid.rows, grid.columns))
    return Field(grid, values / values.std())


def drifting(
    grid: Grid,
    rng: np.random.Generator,
    *,
    longest: float,
    shortest: float,
    roughness: float = 2.4,
) -> Drift:
    """Two independent fractal fields, one along each axis."""
    along = fractal(grid, rng, longest=longest, shortest=shortest, roughness=roughness)
    across = fractal(grid, rng, longest=longest, shortest=shortest, roughness=roughness)
    return along, across


def _read_at(points: Floats, field: Field) -> Floats:
    return field.at(points)


def bent(points: Floats, drift: Drift, reach: float) -> Floats:
    """Let points drift along two fields, in small steps so that the plane does not fold."""
    steps = 8
    for _ in range(steps):
        read = run_pieces(partial(_read_at, points), drift, workers=cores())
        points = points + reach / steps * np.column_stack(list(read))
    return points
