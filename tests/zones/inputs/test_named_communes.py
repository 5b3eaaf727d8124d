"""Communes that atlas, annex and groups name: by name or code, looked up by the check."""

from pathlib import Path

import pytest

from layers.base.errors import InputError
from tests.factories import PROJECT, write_project
from zones.inputs.named_communes import commune_code, commune_codes
from zones.inputs.read import read_inputs
from zones.project.model import Project, load_project


def _project(folder: Path, settings: str) -> Project:
    path = write_project(folder)
    path.write_text(PROJECT + settings, "utf-8")
    return load_project(path)


def test_names_and_codes_mean_the_same_each_once(tmp_path: Path) -> None:
    project = _project(tmp_path, "")
    asked = ["Đồng Đăng", "06211", "xã Đồng Đăng", "Cao Lộc"]
    assert commune_codes(asked, project, "atlas.communes") == ("06184", "06211")


def test_a_unit_of_before_is_told_with_its_heir(tmp_path: Path) -> None:
    # Tân Thanh (06166) went into Hoàng Văn Thụ on 1 July 2025.
    with pytest.raises(InputError, match=r"groups.*06166.*lies now in Hoàng Văn Thụ \(\d{5}\)"):
        commune_code("Tân Thanh", _project(tmp_path, ""), "groups")


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ("atlas: {make: true, communes: [Xã lạ]}", "atlas.communes"),
        ("annex: {commune_maps: [Xã lạ]}", "annex.commune_maps"),
        ("atlas: {make: true, communes: ['06253']}", "atlas.communes"),  # not in the boundaries
        ("groups: {lists: {A: [Xã lạ]}}", "groups"),
    ],
)
def test_the_check_says_it_before_the_run(tmp_path: Path, settings: str, where: str) -> None:
    inputs = read_inputs(_project(tmp_path, settings + "\n"))
    assert [item.source for item in inputs.findings.of("error")] == [where]


def test_communes_named_rightly_are_no_fault(tmp_path: Path) -> None:
    settings = "atlas: {make: true, communes: [Đồng Đăng]}\ngroups: {lists: {A: [Cao Lộc]}}\n"
    assert not [*read_inputs(_project(tmp_path, settings)).findings.of("error")]
