"""The note that says what lies in an output folder."""

from __future__ import annotations

from pathlib import Path

from zones.output.read_me import READ_ME, file_words, write_read_me
from zones.run.step import load_steps


def test_every_file_of_a_step_is_told_in_both_languages() -> None:
    told = file_words()
    written = {file for step in load_steps().values() for file in step.files}
    assert {file for file in written if not file.startswith("tables/")} <= set(told)
    assert all(about.vi and about.en and about.vi != about.en for about in told.values())


def test_only_what_lies_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.html").write_text("<html>", "utf-8")
    (tmp_path / "tables").mkdir()
    (tmp_path / "atlas-06613.pdf").write_text("%PDF", "utf-8")
    write_read_me(tmp_path)
    text = (tmp_path / READ_ME).read_text("utf-8")
    vietnamese, english = text.split("\n\n")
    for part in (vietnamese, english):
        names = [line.split()[0] for line in part.splitlines()[2:]]
        assert names == ["map.html", "atlas-06613.pdf", "tables/", "run.json"]
