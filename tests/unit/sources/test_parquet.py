"""Parquet as a source: values of every type as text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench

INSTANT = dt.datetime(2024, 3, 1, 8, 30, tzinfo=dt.UTC)
LOCAL = INSTANT.replace(tzinfo=None)


def put(bench: Bench, table: pa.Table, name: str = "a.parquet") -> None:
    pq.write_table(table, bench.folder / name)


@pytest.mark.parametrize(
    ("value", "data_type", "landed"),
    [
        (2**63 - 1, pa.int64(), "9223372036854775807"),
        (2**64 - 1, pa.uint64(), "18446744073709551615"),
        (0.1, pa.float64(), "0.1"),
        (Decimal("1.10"), pa.decimal128(10, 2), "1.10"),
        ("it's é\0", pa.string(), "it's é\0"),
        ("x", pa.dictionary(pa.int32(), pa.string()), "x"),
        (b"bytes of text", pa.binary(), "bytes of text"),
        (True, pa.bool_(), "true"),
        (dt.date(2024, 3, 1), pa.date32(), "2024-03-01"),
        (dt.time(8, 30), pa.time64("us"), "08:30:00"),
        (LOCAL, pa.timestamp("us"), "2024-03-01T08:30:00"),
        (LOCAL.replace(microsecond=1000), pa.timestamp("ms"), "2024-03-01T08:30:00.001"),
        (LOCAL, pa.timestamp("ns"), "2024-03-01T08:30:00"),
        (INSTANT, pa.timestamp("us", "Asia/Shanghai"), "2024-03-01T08:30:00+00:00"),
        (INSTANT, pa.timestamp("ns", "UTC"), "2024-03-01T08:30:00+00:00"),
        ([1, None], pa.list_(pa.int64()), "[1,null]"),
        ([INSTANT], pa.list_(pa.timestamp("us", "UTC")), '["2024-03-01 08:30:00+00"]'),
        ({"a": "x", "b": None}, pa.struct([("a", pa.string()), ("b", pa.int64())]), '{"a":"x","b":null}'),
        ([("k", 1)], pa.map_(pa.string(), pa.int64()), '{"k":1}'),
    ],
)
def test_values_of_every_type_become_text(bench: Bench, value: Any, data_type: Any, landed: str) -> None:
    put(bench, pa.table({"id": ["1", "2"], "v": pa.array([value, None], data_type)}))
    bench.land("a.parquet", format="parquet")

    assert bench.values() == [("1", landed), ("2", None)]


def test_a_column_of_nothing_but_nulls_is_landed(bench: Bench) -> None:
    put(bench, pa.table({"id": [1], "v": pa.nulls(1)}))
    bench.land("a.parquet", format="parquet")

    assert bench.values() == [("1", None)]


def test_rows_keep_their_order_over_row_groups(bench: Bench) -> None:
    pq.write_table(pa.table({"id": range(50_000)}), bench.folder / "a.parquet", row_group_size=1_000)
    bench.land("a.parquet", format="parquet")

    assert [(row["id"], row["_position"]) for row in bench.rows()] == [(str(n), n + 1) for n in range(50_000)]


def test_a_column_may_have_no_name_or_any(bench: Bench) -> None:
    put(bench, pa.table({"": ["1"], 'a "b"': ["2"], "file_row_number": ["3"]}))
    bench.land("a.parquet", format="parquet")

    assert bench.zone.parts("crm", "records")[0].columns == ("column_1", 'a "b"', "file_row_number")
    assert bench.values() == [("1", "2", "3")]


def test_names_that_differ_only_in_case_are_an_error(bench: Bench) -> None:
    put(bench, pa.table({"ID": ["1"], "id": ["2"]}))

    with pytest.raises(SourceError, match=r"'ID', 'id' at positions 1, 2"):
        bench.land("a.parquet", format="parquet")


def test_bytes_that_are_no_text_are_an_error_that_names_file_and_reason(bench: Bench) -> None:
    put(bench, pa.table({"id": ["1"], "v": pa.array([b"\xe9"], pa.binary())}))

    with pytest.raises(SourceError, match=r"file 'a\.parquet': cannot be read as Parquet: .*UTF"):
        bench.land("a.parquet", format="parquet")
    assert bench.zone.batches("crm", "records") == []


def test_something_else_than_parquet_is_an_error(bench: Bench) -> None:
    bench.put("a.parquet", "id,name\n1,x\n")

    with pytest.raises(SourceError, match=r"file 'a\.parquet': cannot be read as Parquet.*`format`"):
        bench.land("a.parquet", format="parquet")


def test_a_compressed_parquet_file_is_read(bench: Bench) -> None:
    put(bench, pa.table({"id": ["1"]}))
    plain = (bench.folder / "a.parquet").read_bytes()
    bench.put("b.parquet.zst", pa.compress(plain, codec="zstd", asbytes=True))
    bench.land("b.parquet.zst", format="parquet")

    assert bench.values() == [("1",)]
