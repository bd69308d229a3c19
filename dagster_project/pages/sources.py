"""`docs/sources.md`: what can be connected and what it yields, generated from the presets and the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dagster_project.config import PROJECT_ROOT
from dagster_project.contract import ENTITIES
from dagster_project.source_config.presets import Preset, preset, preset_kinds

TARGET = PROJECT_ROOT / "docs" / "sources.md"
_PROSE = Path(__file__).with_name("sources.md")
_TABLE, _NEEDED, _PRESETS = "<!-- table -->", "<!-- entities -->", "<!-- presets -->"


def content() -> str:
    """Return the page as Markdown: the prose beside this module, with the tables put in."""
    prose = _PROSE.read_text(encoding="utf-8")
    for place, lines in ((_TABLE, _table()), (_NEEDED, _entities()), (_PRESETS, _presets())):
        prose = prose.replace(place, "\n".join(lines))
    return prose


def _table() -> Iterator[str]:
    yield "| kind | system | yields | what a later load asks for |"
    yield "| --- | --- | --- | --- |"
    yield "| `files` | CSV, JSON Lines, Parquet, Excel | what you map | files with new content |"
    yield "| `sql` | PostgreSQL, MySQL, MariaDB, SQL Server, SQLite | what you map | rows from the cursor on, or all |"
    yield "| `rest` | any REST API that answers in JSON | what you map | records from the cursor on, or all |"
    for kind in preset_kinds():
        described = preset(kind)
        entities = ", ".join(described.source["entities"])
        yield f"| [`{kind}`](#{kind}) | {described.title} | {entities} | {_line(described.incremental)} |"


def _entities() -> Iterator[str]:
    yield "| entity | given by |"
    yield "| --- | --- |"
    for name in ENTITIES:
        kinds = [kind for kind in preset_kinds() if name in preset(kind).source["entities"]]
        yield f"| `{name}` | {', '.join(f'`{kind}`' for kind in kinds) or 'files and databases only'} |"


def _presets() -> Iterator[str]:
    for kind in preset_kinds():
        yield from _preset(kind, preset(kind))


def _preset(kind: str, described: Preset) -> Iterator[str]:
    yield f"### {kind}\n"
    yield f"**{described.title}.** {_line(described.documentation)}\n"
    yield "```yaml"
    yield f"- name: {kind}_main"
    yield f"  kind: {kind}"
    stated = [f"{name}: …" for name, setting in described.settings.items() if setting.default is None]
    if stated:
        yield f"  settings: {{{', '.join(stated)}}}"
    yield "```\n"
    for name, setting in described.settings.items():
        default = "" if setting.default is None else f" Without it: `{setting.default}`."
        yield f"- setting `{name}`: {_line(setting.description)}.{default}"
    for name, text in described.credentials.items():
        yield f"- credential `{name}`, in `CARELOOP_{kind.upper()}_MAIN_{name.upper()}`: {_line(text)}"
    yield f"- not given: {_line(described.not_given)}\n"


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(".").replace("|", "\\|")
