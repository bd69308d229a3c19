"""The sample company read back from its files by plain means, for tests that compare it with its truth."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest

from dagster_project import sample

LOCAL = ZoneInfo("Europe/Berlin")
Row = dict[str, str]


class Event(NamedTuple):
    at: datetime
    id: str
    type: str
    actor: str
    actor_id: str | None
    old: str | None
    new: str | None
    public: bool


def german(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M:%S").replace(tzinfo=LOCAL).astimezone(UTC)


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def is_dirty(values: Iterable[object]) -> bool:
    return any(str(value).startswith("DIRTY-") for value in values)


def queue(row: Row) -> tuple[datetime, datetime | None, datetime | None]:
    """When a live contact queued, was answered, gave up."""
    answered, abandoned = (german(row[name]) if row[name] else None for name in ("Angenommen", "Aufgelegt"))
    return german(row["In Warteschlange"]), answered, abandoned


@dataclass(frozen=True)
class Company:
    """A generated sample; its clean rows are those without a DIRTY key, each key once in its newest version."""

    folder: Path

    @cached_property
    def truth(self) -> dict[str, Any]:
        truth: dict[str, Any] = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return truth

    def csv(self, path: str, delimiter: str = ",", encoding: str = "utf-8") -> list[Row]:
        # the lines at the end that are not CSV are cut off: other tests look at them
        text = (self.folder / path).read_bytes().split(b"\nDIRTY-BYTES-1")[0].split(b"\nDIRTY-SHORT-1")[0]
        return list(csv.DictReader(text.decode(encoding).splitlines(keepends=True), delimiter=delimiter))

    @cached_property
    def ticket_rows(self) -> list[Row]:
        paths = sorted((self.folder / "helpdesk").glob("tickets_*.csv"))
        return [row for path in paths for row in self.csv(f"helpdesk/{path.name}", ";", "utf-8-sig")]

    @cached_property
    def tickets(self) -> dict[str, Row]:
        newest: dict[str, Row] = {}
        for row in sorted(self.ticket_rows, key=lambda row: german(row["Geändert"])):
            if not is_dirty(row.values()):
                newest[row["Ticketnummer"]] = row
        return newest

    @cached_property
    def event_lines(self) -> list[str]:
        query = """select line from read_csv($path, columns = {'line': 'varchar'}, header = false, quote = '',
            escape = '', delim = chr(1), max_line_size = 4000000, compression = $packed)"""
        lines: list[str] = []
        for path in sorted((self.folder / "helpdesk" / "events").iterdir()):
            packed = {".gz": "gzip", ".zst": "zstd"}[path.suffix]
            found = duckdb.execute(query, {"path": str(path), "packed": packed}).fetchall()
            lines += [line for (line,) in found]
        return lines

    @cached_property
    def events(self) -> dict[str, list[Event]]:
        """The clean events of each ticket in order."""
        of_ticket: dict[str, dict[str, Event]] = defaultdict(dict)
        for line in self.event_lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if not is_dirty((row["id"], row["ticket"])):
                event = Event(
                    instant(row["at"]),
                    *(row[name] for name in ("id", "type", "actor", "actor_id", "from", "to", "public")),
                )
                of_ticket[row["ticket"]][event.id] = event
        return {ticket: sorted(events.values()) for ticket, events in of_ticket.items()}

    @cached_property
    def questionnaires(self) -> list[Row]:
        rows = self.csv("voice/questionnaires.tsv", "\t")
        unique = {row["Questionnaire"]: row for row in rows if not is_dirty(row.values())}
        return [{name: "" if value == "NA" else value for name, value in row.items()} for row in unique.values()]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company at its usual size: smaller ones have too few cases to show an effect."""
    folder = tmp_path_factory.mktemp("company") / "sample"
    sample.generate(folder)
    return Company(folder)


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("small") / "sample"
    sample.generate(folder, tickets=500, seed=3)
    return Company(folder)
