"""Presets: sources of kind `rest` that are described once, in a file each, and need only an account's own settings.

presets/<kind>.yml    title:        what it is
settings:     name → {description, default}: what careloop.yml states, put in for ${name}
credentials:  name → what it is and where one gets it
source:       the source as careloop.yml would describe it (base_url, auth, resources, entities)
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from pydantic import Field

from dagster_project.source_config.values import Name
from dagster_project.yaml_file import Shape, load_yaml, problem

PRESETS = Path(__file__).with_name("presets")


class Setting(Shape):
    """What an account states; without a default it must."""

    description: str
    default: str | None = None


class Preset(Shape):
    """What a preset's file holds."""

    title: str
    documentation: str
    incremental: str
    not_given: str
    settings: dict[Name, Setting] = Field(default_factory=dict)
    credentials: dict[Name, str] = Field(default_factory=dict)
    source: dict[str, Any]


def preset_kinds() -> list[str]:
    """List the kinds of sources that are presets."""
    return sorted(path.stem for path in PRESETS.glob("*.yml"))


@cache
def preset(kind: str) -> Preset:
    """Read the preset of a kind.

    Raises:
        YamlFileError: its file is not as described above.
    """
    return load_yaml(PRESETS / f"{kind}.yml", Preset, expected="a preset")


def expanded(described: dict[str, Any]) -> dict[str, Any]:
    """Put what careloop.yml says of an account into the preset of its kind.

    `settings` fill the preset's places; anything else that is stated (`base_url`, `time_zone`, `references`, …)
    stands for the preset's own, and `entities` entity by entity.
    """
    kind = described["kind"]
    template = preset(kind)
    stated = described.get("settings") or {}
    for name in stated:
        if name not in template.settings:
            allowed = ", ".join(template.settings) or "none"
            raise problem(f"unknown setting {name!r}; {kind} has {allowed}", "settings", name)
    values: dict[str, str] = {}
    for name, setting in template.settings.items():
        value = stated.get(name, setting.default)
        if value is None:
            raise problem(f"{kind} needs the setting {name}: {setting.description}", "settings")
        values[name] = str(value)
    source = _filled(deepcopy(template.source), values)
    own = {name: value for name, value in described.items() if name != "settings"}
    own["entities"] = {**source.get("entities", {}), **(own.get("entities") or {})}
    return {**source, **own}


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return Template(value).safe_substitute(values)
    if isinstance(value, dict):
        return {name: _filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    return value
