"""Smooth random fields over the plane: what makes made-up land look grown rather than drawn.

A field is Gaussian noise with a power-law spectrum, made once on a regular grid by an inverse
Fourier transform and read anywhere by bilinear interpolation. scipy and numpy do all of it; noise
packages (Perlin, simplex) were not taken because none gives a spectrum with two cut-offs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Drift", "Field", "Floats", "Grid", "bent", "drifting", "fractal"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid over a rectangle of the plane.

    Parameters
    ----------
    west, south : float
        Lower left corner, m.
    step : float
        Spacing, m.
    columns, rows : int
        Number of nodes.
    """

    west: float
    south: float
    step: float
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
    """Values on a grid that can be read anywhere.

    Parameters
    ----------
    grid : Grid
        Where the values stand.
    heights : numpy.ndarray
        Shape ``(rows, columns)``.
    """

    grid: Grid
    heights: Floats

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


def bent(points: Floats, drift: Drift, reach: float) -> Floats:
    """Let points drift along two fields, in small steps so that the plane does not fold."""
    steps = 8
    for _ in range(steps):
        step = np.column_stack([field.at(points) for field in drift])
        points = points + reach / steps * step
    return points
