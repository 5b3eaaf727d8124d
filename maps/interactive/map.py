"""The interactive map: one HTML file that opens anywhere and asks nobody for anything.

folium's map class carries the page; its scripts and styles from outside are replaced by Leaflet
out of XStatic-Leaflet and by our own, all written into the file (see
``docs/explanation/decisions/2026-11-22-map-page.md``).
"""

from __future__ import annotations

import functools
import html
import json
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

from layers.io.atomic import written_aside
from maps.interactive.content import MapContent, check_content
from maps.interactive.page_data import build_page_data
from maps.interactive.page_parts import leaflet, page_function, page_text
from maps.interactive.policy import (
    content_policy,
    inline_block,
    json_block,
    tile_sources,
)

_OPEN_FILE = """\
const read = (id) => JSON.parse(document.getElementById(id).textContent);
openMap(read("page-data"), read("page-words"), { linked: true });
"""


@functools.cache
def _page_script() -> str:
    return f"(() => {{\n{page_function()}{_OPEN_FILE}}})();\n"


class _PageFigure(Figure):
    """Frame of the page: head with the policy, body, scripts last."""

    _template = Template(page_text("page.html"))

    def __init__(self, *, title: str, language: str, digest: str, policy: str) -> None:
        super().__init__(title=title)
        self.language = language
        self.digest = digest
        self.policy = policy
        # The encoding stands at the top of our own template.
        self.header._children.clear()  # noqa: SLF001


class _CommuneMap(folium.Map):
    """folium's map with everything it needs inside, and a name that never changes."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (as folium declares them)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 (as folium declares them)
    _template = Template(page_text("map.html"))

    def __init__(self, data: dict[str, Any], scripts: list[str], styles: list[str]) -> None:
        super().__init__(tiles=None)
        self.body = page_text("body.html")
        words = json.loads(page_text("words.json"))
        self.data_block = json_block("page-words", words) + "\n" + json_block("page-data", data)
        self.script_blocks = [inline_block("script", text) for text in scripts]
        self.style_blocks = [inline_block("style", text) for text in styles]

    def get_name(self) -> str:
        return "map"


def build_map(pages: MapContent) -> str:
    """Build the interactive map.

    Parameters
    ----------
    pages : MapContent
        Frames and words of the map.

    Returns
    -------
    str
        One HTML page. The same content gives the same page, letter for letter.

    Raises
    ------
    SchemaError
        A frame is not what its schema says.
    CrsError
        A layer has no CRS.
    InputError
        The frames do not fit together, there are too many communes, none has a geometry, or a
        tile host cannot be read.
    """
    content = check_content(pages)
    leaflet_script, leaflet_style = leaflet()
    scripts = [leaflet_script, _page_script()]
    styles = [leaflet_style, page_text("page.css")]
    vietnamese = content.language == "vi"
    figure = _PageFigure(
        title=content.title_vi if vietnamese else content.title_en,
        language=content.language,
        digest=content.digest,
        policy=html.escape(
            content_policy(scripts, styles, tile_sources(content.tile_hosts)), quote=True
        ).replace("&#x27;", "'"),
    )
    figure.add_child(_CommuneMap(build_page_data(content), scripts, styles))
    return str(figure.render())


def save_map(content: MapContent, path: str | Path, *, overwrite: bool = False) -> Path:
    """Build the interactive map and write it, whole or not at all.

    Parameters
    ----------
    content : MapContent
        Frames and words of the map.
    path : str or pathlib.Path
        The HTML file; its folder must exist.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputExistsError
        The file exists and `overwrite` is not set.
    InputError
        See `build_map`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import maps
    >>> communes = gpd.GeoDataFrame(
    ...     {"commune_code": ["06148", "06184"], "commune": ["Thụy Hùng", "Đồng Đăng"],
    ...      "kind": ["xã", "xã"], "official_area_ha": [110.0, 120.0]},
    ...     geometry=[box(106.7, 21.9, 106.8, 22.0), box(106.8, 21.9, 106.9, 22.0)], crs=4326)
    >>> zones = pd.DataFrame({"zone": ["tea"], "name_vi": ["Chè"], "name_en": ["Tea"],
    ...                       "list": ["province"]})
    >>> held = pd.DataFrame({"zone": "tea", "commune_code": communes["commune_code"],
    ...                      "commune": communes["commune"], "listed": True,
    ...                      "present_ha": [4.0, 6.0], "share_ratio": [0.4, 0.6]})
    >>> content = maps.MapContent(communes=communes, zones=zones, zone_communes=held,
    ...                           targets=maps.TARGETS.empty(), title_vi="Chè", title_en="Tea")
    >>> maps.save_map(content, Path(tempfile.mkdtemp()) / "map.html").name
    'map.html'
    """
    target = Path(path)
    with written_aside(target, overwrite=overwrite) as part:
        part.write_text(build_map(content), encoding="utf-8", newline="\n")
    return target
