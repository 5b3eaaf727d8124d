"""A made-up land surface: valleys that meander, hills between them, limestone in the south-west.

Only what the land cover needs to look grown: how far a place is from the valley floor, how high it
lies, whether it is limestone, and independent fields by which crops cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zones.demo.noise import Field, Floats, Grid, fractal

__all__ = ["Terrain", "build_terrain"]

_STEP = 250.0


@dataclass(frozen=True, slots=True)
class Terrain:
    """The made-up surface.

    Parameters
    ----------
    folds : Field
        0 on the axes of the valleys, of either sign beside them.
    limestone : Field
        Positive where the ground is limestone.
    patches : dict of str to Field
        One independent field per kind of land, by which it clusters.
    """

    folds: Field
    limestone: Field
    patches: dict[str, Field]

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
