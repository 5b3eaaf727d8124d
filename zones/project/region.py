"""The file of a region: projects of several provinces that are run together and added up."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr

from layers.base.errors import InputError
from layers.base.files import resolved
from layers.base.resources import rows_put_back
from zones.project.model import Project, Title, load_project, project_file
from zones.project.part import Part
from zones.project.yaml import read_document, validate_document


class Region(Part):
    """A region as its file describes it; ``region_of`` names the project of each province."""

    version: Literal[1]
    region_of: tuple[Path, ...] = Field(min_length=2)
    title: Title
    output: Path = Path("out")

    _file: Path = PrivateAttr(default=Path("region.yaml"))

    @property
    def file(self) -> Path:
        """The region's file."""
        return self._file

    def files(self) -> list[Path]:
        """Project files of the provinces."""
        return [resolved(project_file(self._file.parent / named)) for named in self.region_of]


def load_region(path: Path) -> Region | None:
    """Region that a file describes; None where it describes a project."""
    document = read_document(project_file(path))
    if "region_of" not in document:
        return None
    region = validate_document(Region, document, path)
    region._file = path  # noqa: SLF001 - set once, here
    with rows_put_back():
        of = [load_project(file).province for file in region.files()]
    twice = sorted(province for province, count in Counter(of).items() if count > 1)
    if twice:
        raise InputError("zones.project.region_province_twice", file=path, provinces=twice)
    return region


def province_of_region(region: Region, file: Path) -> Project:
    """Project of a province, its borders with the others of the region measured."""
    project = load_project(file)
    others = [at for at in region.files() if at != file]
    known = {resolved(project_file(project.resolve(at))) for at in project.borders.projects}
    across = (*project.borders.projects, *(at for at in others if at not in known))
    borders = project.borders.model_copy(update={"make": True, "projects": across})
    return project.model_copy(update={"borders": borders})
