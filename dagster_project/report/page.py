"""One page: the shell, its style and script, the data packed into it, and what it may do.

What belongs here: putting text together. The page loads nothing and sends nothing: its content security policy allows
the scripts and the style that stand in it, by their hashes, and no connection at all. Data never stand in the page as
text: they are packed, and the script writes them as text nodes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.warehouse.files import write_whole

if TYPE_CHECKING:
    from dagster_project.report.sections import Section

PAGE = Path(__file__).with_name("page")
# In the order in which one builds on the other.
SCRIPTS = (
    "dom",
    "words",
    "periods",
    "format",
    "state",
    "figures",
    "computed",
    "rows",
    "charts",
    "tables",
    "blocks",
    "scorecard",
    "overview",
    "review",
    "definitions",
    "filters",
    "main",
)


def render(name: str, sections: Sequence[Section], content: dict[str, Any], *, vega: str) -> str:
    """Return the HTML of a page; `content` is what its script unpacks: run, registry, words and datasets."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE), autoescape=True, undefined=jinja2.StrictUndefined
    )
    style, script = _text("style.css"), "\n".join(_text(f"{script}.js") for script in SCRIPTS)
    packed = {
        **content,
        "page": name,
        "data": {dataset: read.columns for dataset, read in content["data"].items()},
        "sections": [asdict(section) for section in sections],
    }
    return environment.get_template("page.html.j2").render(
        name=name,
        sections=sections,
        words=content["words"]["en"],
        policy=_policy(scripts=(vega, script), style=style),
        style=style,
        vega=vega,
        script=script,
        packed=_pack(packed),
    )


def _text(file: str) -> str:
    return (PAGE / file).read_text(encoding="utf-8")


def vega(cache: Path) -> str:
    """Return the script that draws charts; making it takes 2 s, so it is kept, one for each version of its library."""
    kept = cache / f"vega-{version('vl-convert-python')}.js"
    if not kept.exists():
        import vl_convert

        bundle = vl_convert.javascript_bundle().strip()  # type: ignore[call-arg]  # its stub forgets the default
        write_whole(kept, bundle)
    return kept.read_text(encoding="utf-8")


def _policy(*, scripts: Sequence[str], style: str) -> str:
    allowed = {
        "default-src": "'none'",
        "img-src": "data:",
        "script-src": " ".join(map(_source, scripts)),
        "style-src": _source(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {whence}" for what, whence in allowed.items())


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _pack(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()
