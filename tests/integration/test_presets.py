"""Each preset against answers of its vendor's shape: what is asked, what lands, and what it means to the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
import yaml

from dagster_project.config import Settings, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.landing import LandingZone
from dagster_project.mapping import check_file
from dagster_project.raw import create_raw_views
from dagster_project.source_config.presets import expanded, preset, preset_kinds
from dagster_project.sources.extraction import extract
from tests.companies import configuration
from tests.replay import Replay, no_long_waits, replaying

RECORDED = Path(__file__).resolve().parents[1] / "recorded"


@pytest.mark.parametrize("kind", preset_kinds())
def test_a_preset_lands_what_its_vendor_answers_and_maps_it_to_the_contract(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_long_waits(monkeypatch)
    expected = yaml.safe_load((RECORDED / kind / "expected.yml").read_text(encoding="utf-8"))
    exchanges = json.loads((RECORDED / kind / "exchanges.json").read_text(encoding="utf-8"))
    stated = {name.lower(): value for name, value in expected.get("environment", {}).items()}
    credentials = {name: stated.get(name, f"{kind}-{name}") for name in preset(kind).credentials}
    for name, value in credentials.items():
        monkeypatch.setenv(f"CARELOOP_DESK_EU_{name.upper()}", value)
    with replaying(exchanges, credentials) as replay:
        settings = load_settings(_configuration(tmp_path, kind, expected, replay))
        zone = LandingZone(tmp_path / "landing")
        for number, load in enumerate(expected["loads"], start=1):
            replay.load = number
            replay.asked.clear()
            (source,) = settings.sources
            batches = extract(
                source,
                zone,
                config_folder=tmp_path,
                check=lambda stream, file, columns, source=source: check_file(source, stream, file, columns),  # type: ignore[misc]  # a default
            )

            assert replay.unexpected == []
            assert replay.unused() == []
            assert len(replay.asked) == load["requests"]
            new = _rows(settings, zone, {batch.load_id for batch in batches})
            assert new == {
                entity: _ordered(entity, rows) for entity, rows in (load.get("entities") or {}).items() if rows
            }


def _configuration(folder: Path, kind: str, expected: dict[str, Any], replay: Replay) -> Path:
    settings = {
        name: str(value).replace("{base_url}", replay.base_url) for name, value in expected.get("settings", {}).items()
    }
    account: dict[str, Any] = {"name": "desk_eu", "kind": kind, "settings": settings}
    source = expanded(account)
    account["base_url"] = _here(source["base_url"], replay)
    if "token_url" in (source.get("auth") or {}):
        account["auth"] = {**source["auth"], "token_url": _here(source["auth"]["token_url"], replay)}
    return configuration(folder, [account])


def _here(address: str, replay: Replay) -> str:
    return f"{replay.base_url}{urlsplit(address).path}"


def _rows(settings: Settings, zone: LandingZone, load_ids: set[str]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        streams = {
            (source.name, stream): zone.parts(source.name, stream)
            for source in settings.sources
            for stream in source.streams
        }
        create_raw_views(connection, settings, streams)
        for entity, contract in ENTITIES.items():
            columns = ", ".join(contract.columns)
            result = connection.execute(f"select _load_id, {columns} from raw.{entity}")
            rows = [
                {name: value for name, value in zip(contract.columns, row[1:], strict=True) if value is not None}
                for row in result.fetchall()
                if row[0] in load_ids
            ]
            if rows:
                found[entity] = _ordered(entity, rows)
    return found


def _ordered(entity: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    key = ENTITIES[entity].key
    return sorted(rows, key=lambda row: ([str(row.get(name, "")) for name in key], json.dumps(row, sort_keys=True)))
