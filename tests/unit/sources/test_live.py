"""What is landed of a live system: only what is new, together with how far it was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.landing import LINEAGE, Batch, LandingZone
from dagster_project.source_config.rest import RestSource
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.live import Extracted, Load, loading

Row = dict[str, str | None]
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class System:
    """A source with one stream, and a landing zone; what it gives is stated load by load."""

    def __init__(self, folder: Path, **stream: Any) -> None:
        self.zone = LandingZone(folder / "landing")
        self.folder = folder
        self.source = source_of(**stream)

    def load(
        self,
        *rows: Row,
        at: datetime = NOON,
        cursor: str | None = None,
        listed: list[Row] | None = None,
        kinds: dict[str, str] | None = None,
        columns: list[str] | None = None,
        before_commit: Callable[[Load], None] = lambda _: None,
    ) -> list[Batch]:
        with loading(self.source, self.zone, check=lambda *_: None) as load:
            columns = columns or list(dict.fromkeys(name for row in rows for name in row)) or ["id", "name"]
            file = parquet(load.scratch / "tickets.parquet", rows, columns)
            keys = None if listed is None else parquet(load.scratch / "keys.parquet", listed, ["id"])
            kinds = kinds or {name: "text" for name in columns if any(row.get(name) is not None for row in rows)}
            load.add("tickets", Extracted(file, at, kinds, cursor, keys))
            before_commit(load)
            return load.commit()

    @property
    def cursor(self) -> str | None:
        with loading(self.source, self.zone, check=lambda *_: None) as load:
            return load.cursor("tickets")

    def landed(self) -> list[list[Row]]:
        """Return the landed rows without lineage, batch by batch in the order of landing."""
        batches = self.zone.batches("crm", "tickets")
        batches.sort(key=lambda batch: batch.manifest.live.sequence if batch.manifest.live else 0)
        return [
            [
                {name: value for name, value in row.items() if name not in LINEAGE}
                for file in batch.manifest.files
                for row in sorted(pq.read_table(batch.folder / file.part).to_pylist(), key=itemgetter("_position"))
            ]
            for batch in batches
        ]

    def rejects(self) -> list[tuple[str, str]]:
        files = [batch.rejects for batch in self.zone.batches("crm", "tickets") if batch.rejects]
        return [(row["reason"], row["text"]) for file in files for row in pq.read_table(file).to_pylist()]


def source_of(**stream: Any) -> SqlSource:
    columns = {"ticket_id": "id", "customer_id": {"sql": "'anna'"}, "created_at": {"sql": "'2026-01-01'"}}
    return SqlSource.model_validate(
        {
            "name": "crm",
            "kind": "sql",
            "url_variable": "CRM_URL",
            "tables": {"tickets": {"table": "tickets", "key": "id", **stream}},
            "entities": {"tickets": {"from": "tickets", "columns": {**columns, "subject": "name"}}},
        }
    )


def parquet(path: Path, rows: Any, columns: list[str]) -> Path:
    texts = pa.schema([(name, pa.string()) for name in columns])
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], texts), path)
    return path


def row(id: str | None, name: str | None = "a", **more: str | None) -> Row:
    return {"id": id, "name": name, **more}


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_a_first_load_lands_everything_in_order_and_a_second_nothing(system: System) -> None:
    rows = [row("2"), row("1", None), row("10", "x")]
    system.load(*rows, cursor="7")
    assert system.landed() == [rows]
    assert system.load(*rows, cursor="9") == []
    assert system.cursor == "7", "a cursor is saved with rows that it covers, or not at all"


def test_only_what_changed_is_landed_again(system: System) -> None:
    system.load(row("1"), row("2"), row("3"))
    (batch,) = system.load(row("1"), row("2", "b"), row("4"), cursor="c")
    assert system.landed()[1:] == [[row("2", "b"), row("4")]]
    (file,) = batch.manifest.files
    assert (file.rows, file.unchanged, file.counted) == (2, 1, 3)
    assert system.cursor == "c"


def test_a_row_that_changed_back_is_landed_a_third_time(system: System) -> None:
    system.load(row("1", "a"))
    system.load(row("1", "b"))
    system.load(row("1", "a"))
    assert system.load(row("1", "a")) == []
    assert system.landed() == [[row("1", "a")], [row("1", "b")], [row("1", "a")]]


def test_versions_of_a_row_in_one_load_are_all_landed_and_none_twice(system: System) -> None:
    versions = [row("1", "a"), row("1", "a"), row("1", "b"), row("1", "a")]
    system.load(*versions)
    assert system.landed() == [[row("1", "a"), row("1", "b"), row("1", "a")]]
    assert system.load(*versions) == []
    system.load(*versions, row("1", "c"))
    assert system.landed()[1:] == [[row("1", "c")]]


def test_rows_without_a_key_are_told_apart_by_content(system: System) -> None:
    system.load(row(None, "a"), row(None, "b"), row("1"))
    assert system.load(row(None, "a"), row(None, "b"), row("1")) == []
    system.load(row(None, "c"))
    assert system.landed()[1:] == [[row(None, "c")]]


def test_null_and_an_empty_text_differ(system: System) -> None:
    system.load(row("1", None))
    system.load(row("1", ""))
    assert system.landed()[1:] == [[row("1", "")]]


def test_an_empty_first_load_leaves_a_batch_without_rows(system: System) -> None:
    system.load(columns=["id", "name"])
    assert system.landed() == [[]]
    assert system.load(columns=["id", "name"]) == []


def test_loads_are_ordered_even_if_the_systems_clock_stands_still_or_goes_back(system: System) -> None:
    for name in "abc":
        system.load(row("1", name), at=NOON)
    system.load(row("1", "d"), at=datetime(2026, 6, 30, tzinfo=UTC))
    landed = [file for batch in system.zone.batches("crm", "tickets") for file in batch.manifest.files]
    assert len({file.extracted_at for file in landed}) == 4
    newest = max(system.zone.batches("crm", "tickets"), key=lambda batch: batch.manifest.files[0].extracted_at)
    assert newest.manifest.live is not None
    assert newest.manifest.live.sequence == 4


class TestDeletions:
    """Streams whose rows are all listed at each load."""

    @pytest.fixture
    def system(self, tmp_path: Path) -> System:
        return System(tmp_path, deletions="absent")

    def test_a_row_that_is_gone_is_landed_once_more_as_it_was_and_marked(self, system: System) -> None:
        both = [row("1"), row("2", "b")]
        system.load(*both, listed=both)
        (batch,) = system.load(row("1"), listed=[row("1")])
        assert system.landed()[1:] == [[row("2", "b", careloop_deleted="true")]]
        (file,) = batch.manifest.files
        assert (file.rows, file.unchanged, file.counted) == (1, 1, 2)
        assert system.load(row("1"), listed=[row("1")]) == []

    def test_rows_that_are_there_say_so_also_where_the_mapping_reads_it(self, tmp_path: Path) -> None:
        system = System(tmp_path, deletions="absent")
        described = system.source.model_dump(by_alias=True)
        resource = {"path": "tickets", "key": "id", "deletions": "absent"}
        described["entities"]["tickets"][0]["columns"]["is_deleted"] = "careloop_deleted"
        api = {"kind": "rest", "base_url": "https://crm.example.com", "resources": {"tickets": resource}}
        shared = {name: described[name] for name in ("name", "entities")}
        with loading(RestSource.model_validate({**shared, **api}), system.zone, check=lambda *_: None) as load:
            file = parquet(load.scratch / "tickets.parquet", [row("1")], ["id", "name"])
            load.add("tickets", Extracted(file, NOON, {}, listed=file))
            load.commit()
        assert system.landed() == [[row("1", careloop_deleted="false")]]

    def test_a_row_that_comes_back_is_landed_as_there(self, system: System) -> None:
        both = [row("1"), row("2")]
        system.load(*both, listed=both)
        system.load(row("1"), listed=[row("1")])
        system.load(*both, listed=both)
        assert system.landed()[2:] == [[row("2", careloop_deleted="false")]]

    def test_a_list_of_keys_is_enough_where_rows_are_read_from_a_cursor_on(self, system: System) -> None:
        system.load(row("1"), row("2"), listed=[row("1"), row("2")])
        system.load(columns=["id", "name"], listed=[row("2")])
        assert system.landed()[1:] == [[row("1", careloop_deleted="true")]]

    def test_a_system_that_suddenly_lists_nothing_is_not_believed(self, system: System) -> None:
        system.load(row("1"), listed=[row("1")])
        with pytest.raises(SourceError, match=r"source 'crm', stream 'tickets': the system lists no row any more"):
            system.load(columns=["id", "name"], listed=[])
        assert len(system.landed()) == 1


class TestCrashes:
    def test_what_was_not_committed_is_not_there_and_the_next_load_has_it(self, system: System) -> None:
        def crash(_: Load) -> None:
            raise KeyboardInterrupt

        system.load(row("1"), cursor="1")
        with pytest.raises(KeyboardInterrupt):
            system.load(row("1"), row("2"), cursor="2", before_commit=crash)
        assert system.landed() == [[row("1")]]
        assert system.cursor == "1"
        system.load(row("1"), row("2"), cursor="2")
        assert system.landed() == [[row("1")], [row("2")]]
        assert system.cursor == "2"

    def test_what_a_killed_load_left_is_cleared_away(self, system: System) -> None:
        left = system.zone.folder / "crm" / ".unfinished-load"
        left.mkdir(parents=True)
        (left / "half.parquet").write_bytes(b"PAR1")
        system.load(row("1"))
        assert not left.exists()


def test_a_saved_cursor_is_void_once_something_else_is_asked_for(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.load(row("1"), cursor="5")
    system.source = source_of(table="other.tickets")
    assert system.cursor is None
    assert len(system.load(row("1"), cursor="6")) == 1, "the batch without rows that holds the new cursor"
    assert system.cursor == "6"
    assert system.load(row("1"), cursor="7") == []


class TestDrift:
    def test_a_new_column_is_kept_and_told(self, system: System, caplog: pytest.LogCaptureFixture) -> None:
        system.load(row("1"))
        system.load(row("1"), row("2", mood="good"))
        assert system.landed()[1:] == [[row("2", mood="good")]]
        assert "source 'crm', stream 'tickets': new column(s), landed as they are: mood" in caplog.text

    def test_a_vanished_column_that_is_mapped_is_told_and_becomes_null(
        self, system: System, caplog: pytest.LogCaptureFixture
    ) -> None:
        system.load(row("1"))
        system.load({"id": "2"})
        assert "column 'name' is no longer there" in caplog.text
        assert system.landed()[1:] == [[{"id": "2"}]]

    def test_a_column_that_nobody_mapped_may_go_in_silence(
        self, system: System, caplog: pytest.LogCaptureFixture
    ) -> None:
        system.load(row("1", mood="good"))
        system.load(row("2"))
        assert caplog.text == ""

    def test_a_retyped_column_is_told_once(self, system: System, caplog: pytest.LogCaptureFixture) -> None:
        system.load(row("1"), kinds={"id": "number", "name": "text"})
        system.load(row("2"), kinds={"id": "number", "name": "object"})
        assert "column 'name' was text, is object" in caplog.text
        caplog.clear()
        system.load(row("3"), kinds={"id": "number", "name": "object"})
        assert caplog.text == ""

    def test_stop_lands_nothing(self, tmp_path: Path) -> None:
        system = System(tmp_path, drift="stop")
        system.load(row("1"))
        with pytest.raises(SourceError, match=r"column 'name' is no longer there; nothing was landed"):
            system.load({"id": "2"})
        assert len(system.landed()) == 1

    def test_quarantine_rejects_the_rows_that_do_not_fit_until_they_may_pass(self, tmp_path: Path) -> None:
        system = System(tmp_path, drift="quarantine")
        system.load(row("1"), cursor="1", kinds={"id": "text", "name": "text"})
        odd = {"id": "text", "name": "object"}
        (batch,) = system.load(row("1"), row("2", None), row("3", "{}"), cursor="3", kinds=odd)
        (file,) = batch.manifest.files
        # Row 1 was landed before and did not change.
        assert system.landed()[1:] == [[row("2", None)]]
        assert system.rejects() == [("column 'name' was text, is object", '{"id":"3","name":"{}"}')]
        assert (file.rows, file.rejected, file.unchanged, file.counted) == (1, 1, 1, 3)
        assert system.cursor == "1", "what does not fit is asked for again"
        assert system.load(row("3", "{}"), cursor="3", kinds=odd) == [], "and rejected once"
        system.source = source_of(drift="tolerate")
        system.load(row("3", "{}"), cursor="3", kinds=odd)
        assert system.landed()[2:] == [[row("3", "{}")]]
        assert system.cursor == "3"
