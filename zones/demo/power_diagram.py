"""Power diagrams with given areas: how much weight each site needs to hold its share.

A point belongs to the site with the least squared distance minus weight. The weights that give
every site its area are found by damped Newton steps (Kitagawa, Mérigot, Thibert 2019: semi-discrete
optimal transport); a border moves by 1 / (2 × distance of its sites) per unit of weight, so the
derivative of the areas is the graph Laplacian of the borders' lengths over that distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zones.demo.noise import Floats

__all__ = ["Ground", "Ints", "PowerDiagram", "settled"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Mesh cells of equal worth that are to be shared out.

    Parameters
    ----------
    cells : numpy.ndarray
        Their numbers in the mesh.
    judged : numpy.ndarray
        Where the diagram takes them to lie, m.
    places : numpy.ndarray
        Where they lie, m.
    links : numpy.ndarray
        Pairs of neighbouring cells, by position in this ground.
    lengths : numpy.ndarray
        Length of the edge that each pair shares, m.
    """

    cells: Ints
    judged: Floats
    places: Floats
    links: Ints
    lengths: Floats


@dataclass(frozen=True, slots=True)
class PowerDiagram:
    """Sites and their weights.

    Parameters
    ----------
    sites : numpy.ndarray
        Shape ``(n, 2)``, m.
    weights : numpy.ndarray
        One per site, m².
    """

    sites: Floats
    weights: Floats

    def owner(self, points: Floats) -> Ints:
        """Site that each point belongs to."""
        middle = self.sites.mean(axis=0)  # near zero, squares keep their digits
        sites, points = self.sites - middle, points - middle
        power = -2 * points @ sites.T + ((sites**2).sum(axis=1) - self.weights)
        return np.asarray(power.argmin(axis=1), dtype=np.int64)

    def fitted(self, ground: Ground, areas: Floats, *, turns: int) -> PowerDiagram:
        """Weights that give each site its area."""
        share = areas.sum() / len(ground.judged)
        power, best, least, damping = self, self, np.inf, 1.0
        step = np.zeros(len(areas))
        for _ in range(turns):
            owner = power.owner(ground.judged)
            lack = areas - share * np.bincount(owner, minlength=len(areas))
            worst = float(np.abs(lack / areas).max())
            if worst < least:
                best, least, step = power, worst, power._step(ground, owner, lack)
                damping = min(1.0, 1.5 * damping)
            else:
                damping *= 0.4
            power = PowerDiagram(self.sites, best.weights + damping * step)
        return best

    def _step(self, ground: Ground, owner: Ints, lack: Floats) -> Floats:
        one, two = owner[ground.links].T
        count = len(lack)
        apart = np.hypot(*(self.sites[one] - self.sites[two]).T)
        rate = np.where(one != two, ground.lengths / np.maximum(2 * apart, 1), 0.0)
        flow = np.bincount(one * count + two, rate, count**2).reshape(count, count)
        flow = flow + flow.T
        laplacian = np.diag(flow.sum(axis=1)) - flow
        return np.asarray(np.linalg.lstsq(laplacian, lack)[0], dtype=np.float64)


def settled(ground: Ground, centres: Floats, areas: Floats) -> PowerDiagram:
    """Power diagram with given areas whose centres of mass lie near given centres."""
    longest = 0.5 * np.sqrt(areas / np.pi)
    power = PowerDiagram(centres, np.zeros(len(centres)))
    for _ in range(8):
        power = power.fitted(ground, areas, turns=4)
        means = _means(ground.places, power.owner(ground.judged), len(centres))
        shift = power.sites + 0.5 * (centres - means) - centres
        length = np.maximum(np.hypot(*shift.T), 1)
        sites = centres + shift * np.minimum(1, longest / length)[:, None]
        power = PowerDiagram(sites, power.weights)
    return power.fitted(ground, areas, turns=10)


def _means(points: Floats, owner: Ints, count: int) -> Floats:
    number = np.maximum(np.bincount(owner, minlength=count), 1)
    sums = [np.bincount(owner, points[:, axis], count) for axis in (0, 1)]
    return np.asarray(np.column_stack(sums) / number[:, None], dtype=np.float64)
