"""LibreOffice as the reader that must agree with what we write."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def convert(path: Path, folder: Path, kind: str) -> Path:
    """Convert a file with LibreOffice; the test is skipped where there is none."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    # A profile of its own, so that tests beside each other do not wait for one another.
    profile = (folder.parent / f"profile-{folder.name}").absolute().as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
    subprocess.run(
        [*command, "--outdir", str(folder), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.{kind}"
