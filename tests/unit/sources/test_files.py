"""Which files are found, which are new, and what a load consists of."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.sources import files
from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench

CSV = "id,name\n1,Ann\n2,Bob\n"


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def test_a_part_has_the_sources_columns_as_text_and_where_each_row_came_from(bench: Bench) -> None:
    bench.put("export/teams.csv", CSV)

    (batch,) = bench.land("export/teams.csv", extracted_at="2024-03-01T09:00:00+01:00")

    lineage = {
        "_source": "crm",
        "_load_id": batch.load_id,
        "_extracted_at": datetime(2024, 3, 1, 8, tzinfo=UTC).replace(tzinfo=None),
        "_file": "export/teams.csv",
    }
    assert bench.rows() == [
        {"id": "1", "name": "Ann", **lineage, "_position": 1},
        {"id": "2", "name": "Bob", **lineage, "_position": 2},
    ]
    (part,) = bench.zone.parts("crm", "records")
    types = {field.name: field.type for field in pq.read_schema(part.path)}
    assert types == {
        "id": pa.string(),
        "name": pa.string(),
        "_source": pa.string(),
        "_load_id": pa.string(),
        "_extracted_at": pa.timestamp("us"),
        "_file": pa.string(),
        "_position": pa.int64(),
    }


def test_the_manifest_says_what_was_read(bench: Bench) -> None:
    bench.put("teams.csv", CSV + "3\n")

    (batch,) = bench.land("*.csv")

    manifest = json.loads((batch.folder / "manifest.json").read_text())
    (file,) = manifest["files"]
    assert (manifest["source"], manifest["stream"], manifest["load_id"]) == ("crm", "records", batch.load_id)
    assert (file["file"], file["part"]) == ("teams.csv", "part-00000.parquet")
    assert (file["rows"], file["rejected"], file["counted"]) == (2, 1, 3)
    assert file["columns"] == ["id", "name"]
    # by sha256sum
    assert file["sha256"] == "61e14a9b480ce0d2dc400c78d4dac1d1323b0c7ae2e766d7bf7a2f9d6b983e71"
    assert set(manifest["parquet_sha256"]) == {"part-00000.parquet", "rejects.parquet"}
    batch.verify()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("teams.csv", CSV.encode()),
        ("renamed.csv", CSV.encode()),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("a.csv.zst", zstd(CSV.encode())),
    ],
)
def test_the_same_content_loads_nothing_new_under_any_name_and_compression(
    bench: Bench, name: str, content: bytes
) -> None:
    bench.put("teams.csv", CSV)
    bench.land("*.csv*")
    (bench.folder / "teams.csv").unlink()
    bench.put(name, content)
    os.utime(bench.folder / name, (1, 1))

    assert bench.land("*.csv*") == []
    assert bench.values() == [("1", "Ann"), ("2", "Bob")]


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".ZST", zstd)])
def test_compressed_files_are_landed(bench: Bench, ending: str, compress: Any) -> None:
    bench.put(f"teams.csv{ending}", compress(CSV.encode()))
    bench.land("teams.csv*")

    assert bench.values() == [("1", "Ann"), ("2", "Bob")]


def test_two_copies_in_one_load_are_landed_once(bench: Bench) -> None:
    bench.put("a.csv", CSV)
    bench.put("b.csv", CSV)
    bench.land("*.csv")

    assert [row["_file"] for row in bench.rows()] == ["a.csv", "a.csv"]


def test_a_changed_file_is_landed_beside_what_it_was(bench: Bench) -> None:
    bench.put("teams.csv", CSV)
    bench.land("teams.csv")
    bench.put("teams.csv", CSV + "3,Cid\n")
    (batch,) = bench.land("teams.csv")

    assert batch.manifest.replaces == ()
    assert len(bench.values()) == 2 + 3


def test_a_mended_dialect_lands_the_content_again_in_place_of_the_old_part(bench: Bench) -> None:
    bench.put("teams.csv", "id;name\n1;Ann\n")
    (wrong,) = bench.land("teams.csv")
    (right,) = bench.land("teams.csv", delimiter=";")

    assert [(it.load_id, it.file) for it in right.manifest.replaces] == [(wrong.load_id, "teams.csv")]
    assert bench.values() == [("1", "Ann")]


def test_a_line_end_that_is_stated_later_lands_the_content_again_in_place_of_the_old_part(bench: Bench) -> None:
    bench.put("teams.csv", "id,name\n1,Ann\rLee\n2,Bob\n")
    (wrong,) = bench.land("teams.csv")
    assert bench.land("teams.csv", line_ending="any") == []
    (right,) = bench.land("teams.csv", line_ending="lf")

    assert [(it.load_id, it.file) for it in right.manifest.replaces] == [(wrong.load_id, "teams.csv")]
    assert [(it.load_id, it.rows, it.rejected) for it in bench.zone.parts("crm", "records")] == [(right.load_id, 2, 0)]
    assert bench.values() == [("1", "Ann\rLee"), ("2", "Bob")]
    assert bench.land("teams.csv", line_ending="lf") == []


def test_settings_that_do_not_change_what_is_landed_land_nothing_again(bench: Bench) -> None:
    bench.put("teams.csv", CSV)
    bench.land("teams.csv")

    assert bench.land("t*.csv", null_values=["NA"], extracted_at="2024-01-01T00:00:00Z") == []


def test_without_a_stated_instant_a_file_was_extracted_when_it_was_last_modified(bench: Bench) -> None:
    path = bench.put("teams.csv", CSV)
    os.utime(path, ns=(0, 1_709_280_000_123_456_789))  # 2024-03-01 08:00:00 UTC and some
    bench.land("teams.csv")

    modified_at = datetime(2024, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
    assert {row["_extracted_at"] for row in bench.rows()} == {modified_at.replace(tzinfo=None)}
    assert bench.zone.batches("crm", "records")[0].manifest.files[0].extracted_at == modified_at


def test_files_outside_the_configuration_folder_are_named_without_machine_paths(bench: Bench, tmp_path: Path) -> None:
    for month in ("01", "02"):
        folder = tmp_path / "exports" / month
        folder.mkdir(parents=True)
        (folder / "teams.csv").write_text(f"id,name\n{month},x\n")
    bench.land(str(tmp_path / "exports" / "*" / "teams.csv"))

    assert [row["_file"] for row in bench.rows()] == ["exports/01/teams.csv", "exports/02/teams.csv"]


def test_a_single_file_outside_is_named_with_its_folder(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text(CSV)
    bench.land(str(tmp_path / "teams.csv"))

    assert {row["_file"] for row in bench.rows()} == {f"{tmp_path.name}/teams.csv"}


def test_the_position_counts_the_records_of_each_file_from_one(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1,x\n2,x\n")
    bench.put("b.csv", "id,name\n3,x\n")
    bench.land("*.csv")

    assert [(row["_file"], row["_position"], row["id"]) for row in bench.rows()] == [
        ("a.csv", 1, "1"),
        ("a.csv", 2, "2"),
        ("b.csv", 1, "3"),
    ]


def test_a_path_that_matches_nothing_is_an_error_until_something_was_landed(bench: Bench) -> None:
    with pytest.raises(
        SourceError, match=r"source 'crm', stream 'records': no file matches '.*teams-\*\.csv'; put files"
    ):
        bench.land("teams-*.csv")

    path = bench.put("teams-1.csv", CSV)
    bench.land("teams-*.csv")
    path.unlink()
    assert bench.land("teams-*.csv") == []
    assert len(bench.values()) == 2


def test_each_of_several_paths_must_match_at_first(bench: Bench) -> None:
    bench.put("a.csv", CSV)

    with pytest.raises(SourceError, match=r"b\.csv"):
        bench.land(["a.csv", "b.csv"])


def test_a_folder_in_place_of_a_file_is_an_error_that_says_what_to_write(bench: Bench) -> None:
    bench.put("export/a.csv", CSV)

    with pytest.raises(SourceError, match=r"it is a folder, add a pattern"):
        bench.land("export")


def test_globs_reach_into_folders_and_leave_hidden_files_alone(bench: Bench) -> None:
    bench.put("export/2024/05/a.csv", "id,name\n1,x\n")
    bench.put("export/b.csv", "id,name\n2,x\n")
    bench.put("export/.b.csv.part", "id,na")
    bench.put("export/.c.csv", "id,na")
    bench.land("export/**/*.csv")

    assert [row["_file"] for row in bench.rows()] == ["export/2024/05/a.csv", "export/b.csv"]


@pytest.mark.parametrize("name", ["a[1]*.csv", 'it\'s a "file" ?.csv', "名前.csv"])
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_file_may_have_any_name(bench: Bench, name: str, format_: str) -> None:
    bench.put("a1x.csv", "not this one")
    bench.put(name, "id,name\n1,Ann\n" if format_ == "csv" else '{"id":1,"name":"Ann"}')
    bench.land(name, format=format_)

    assert bench.values() == [("1", "Ann")]
    assert bench.rows()[0]["_file"] == name


def test_a_workspace_may_lie_in_a_folder_of_any_name(bench: Bench) -> None:
    bench.folder = bench.folder / "it's [here]*"
    bench.zone.folder = bench.folder / "landing"
    bench.put("teams.csv", CSV)
    bench.put("teams.jsonl", '{"id":1}\n{"id":2}\n{')
    bench.land_streams(records={"format": "csv", "path": "teams.csv"}, lines={"format": "jsonl", "path": "teams.jsonl"})

    assert bench.values() == [("1", "Ann"), ("2", "Bob")]
    assert bench.values("lines") == [("1",), ("2",)]


def test_the_check_sees_the_columns_of_each_new_file_only(bench: Bench) -> None:
    seen = []

    def check(stream: str, file: str, columns: tuple[str, ...]) -> None:
        seen.append((stream, file, columns))

    bench.put("a.csv", CSV)
    bench.land("*.csv", check=check)
    bench.put("b.csv", "id,e-mail\n1,x\n")
    bench.land("*.csv", check=check)

    assert seen == [("records", "a.csv", ("id", "name")), ("records", "b.csv", ("id", "e-mail"))]


def test_a_failed_check_of_one_file_lands_nothing_of_any_stream(bench: Bench) -> None:
    bench.put("teams.csv", CSV)
    bench.put("orders.jsonl", '{"order_id":1}')

    def check(stream: str, file: str, columns: tuple[str, ...]) -> None:
        if "customer_id" not in columns and stream == "orders":
            raise LookupError(f"no customer_id in {file}: {columns}")

    with pytest.raises(LookupError, match=r"no customer_id in orders\.jsonl"):
        bench.land_streams(
            check=check,
            records={"format": "csv", "path": "teams.csv"},
            orders={"format": "jsonl", "path": "orders.jsonl"},
        )
    assert [path for path in bench.zone.folder.rglob("*") if path.is_file()] == []


def test_a_file_that_changes_while_it_is_read_is_not_landed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.put("teams.csv", CSV)
    read = files._read

    def read_while_it_grows(*arguments: Any) -> Any:
        outcome = read(*arguments)
        path.write_text(CSV + "3,Cid\n")
        return outcome

    monkeypatch.setattr(files, "_read", read_while_it_grows)
    with pytest.raises(SourceError, match=r"file 'teams\.csv': was changed while it was read"):
        bench.land("teams.csv")
    assert bench.zone.batches("crm", "records") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", b"id,name\n1,x\n"),
        ("a.csv.gz", gzip.compress(CSV.encode() * 1000, mtime=0)[:-20]),
        ("a.csv.zst", b"id,name\n1,x\n"),
        ("a.csv.zst", zstd(CSV.encode() * 1000)[:-5]),
    ],
)
def test_a_file_that_cannot_be_decompressed_is_an_error_that_names_it(bench: Bench, name: str, content: bytes) -> None:
    bench.put(name, content)

    with pytest.raises(SourceError, match=rf"source 'crm', stream 'records', file '{name}': cannot be read"):
        bench.land(name)
