"""What strangers write, in mappings, files, names and archives, is data and stays where it belongs."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from dagster_project import cli
from dagster_project.config import ConfigError, load_settings
from dagster_project.expressions import fault_of
from dagster_project.landing import LandingZone
from dagster_project.raw import create_raw_views
from dagster_project.sources import decoding
from dagster_project.sources.errors import SourceError
from dagster_project.sources.files import extract
from dagster_project.warehouse import Workspace, connect
from tests.companies import configuration, source
from tests.conftest import Bench


@pytest.mark.parametrize(
    "expression",
    [
        "(select content from read_text('/etc/passwd'))",
        "a) from read_text('/etc/passwd') --",
        "a); copy (select 1) to '/tmp/stolen.csv' --",
        "1; attach '/tmp/other.duckdb' as other",
        "exists (select 1)",
        "columns('.*')",
        "row_number() over ()",
        "getvariable('pseudonym_inner_key')",
        "list_transform([1], lambda x: main.\"getvariable\"('pseudonym_outer_key'))",
        "current_setting('temp_directory')",
        "now()",
        "Current_Timestamp",
        "random()",
        "write_log('x')",
        "nextval('numbers')",
        "$1",
    ],
)
def test_a_mapping_computes_a_value_of_its_row_and_does_nothing_else(expression: str) -> None:
    assert fault_of(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "case \"Kanal\" when 'Telefon' then 'phone' else \"Kanal\" end",
        "json_extract_string(author, '$.handle')",
        "coalesce(nullif(trim(a), ''), 'of ticket ' || id) -- a remark",
        "list_transform(string_split(a, ','), lambda part: trim(part))[1]",
        "cast(try_strptime(a, '%d.%m.%Y') as varchar)",
        "\"now\" || ' is a column, and so is ' || user",
    ],
)
def test_an_ordinary_expression_is_let_through(expression: str) -> None:
    assert fault_of(expression) == ""


def test_the_engine_that_mappings_run_in_reads_and_writes_the_workspace_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "warehouse")
    workspace.create()
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    connection = connect(workspace)
    try:
        for statement in (
            f"select * from read_csv('{outside}')",
            f"select * from read_text('{workspace.folder}/../outside.csv')",
            f"copy (select 1) to '{tmp_path}/stolen.parquet'",
            f"attach '{tmp_path}/other.duckdb'",
            "set enable_external_access = true",
            f"set allowed_directories = ['{tmp_path}']",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error, match=r"Permission Error|Cannot enable|Cannot change"):
                connection.execute(statement)
        connection.execute(f"copy (select 1 as one) to '{workspace.tmp}/fine.parquet'")
    finally:
        connection.close()


HOSTILE = "'; drop schema raw; --"


def test_hostile_column_and_file_names_are_only_names(bench: Bench) -> None:
    name = f'Robert"{HOSTILE}'
    quoted = name.replace('"', '""')
    bench.put(f"in/x{HOSTILE}[1]*?.csv", f'id,"{quoted}"\n1,"{HOSTILE}"\n')
    bench.land("in/x*.csv")
    (row,) = bench.rows()
    assert (row[name], row["_file"]) == (HOSTILE, f"in/x{HOSTILE}[1]*?.csv")


def test_hostile_values_reach_the_views_as_values(tmp_path: Path) -> None:
    crm = source(tmp_path, "crm", {"customers": ["customer_id,segment", f"{HOSTILE},=cmd|'/c calc'!A1"]})
    column = f'customer_id"{HOSTILE}'
    crm["entities"]["customers"]["columns"]["plan"] = column
    path = tmp_path / "crm" / "customers.csv"
    quoted = column.replace('"', '""')
    path.write_text(f'customer_id,segment,"{quoted}"\n"{HOSTILE}",x,"{HOSTILE}"\n')
    settings = load_settings(configuration(tmp_path, [crm]))
    workspace = Workspace(settings.workspace_folder)
    workspace.create()
    zone = LandingZone(workspace.landing)
    extract(settings.sources[0], zone, config_folder=tmp_path, check=lambda *_: None)
    connection = connect(workspace)
    try:
        create_raw_views(connection, settings, {("crm", "customers"): zone.parts("crm", "customers")})
        assert connection.execute("select customer_id, plan from raw.customers").fetchall() == [(HOSTILE, HOSTILE)]
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "", ".hidden", "A B", "x" * 41])
def test_a_source_cannot_be_named_out_of_the_landing_zone(name: str, tmp_path: Path) -> None:
    crm = source(tmp_path, "crm", {"customers": ["customer_id", "1"]})
    with pytest.raises(ConfigError):
        load_settings(configuration(tmp_path, [{**crm, "name": name}]))


@pytest.mark.parametrize("version", ["../../etc", "/etc/passwd", "20260701T040000Z-ab/../../x"])
def test_no_file_outside_the_workspace_can_be_made_the_current_version(version: str, tmp_path: Path) -> None:
    config = configuration(tmp_path, [source(tmp_path, "crm", {"customers": ["customer_id", "1"]})])
    result = CliRunner().invoke(cli.app, ["restore", version, "--config", str(config)])
    assert result.exit_code == 1
    assert not (tmp_path / "warehouse" / "careloop.duckdb").is_symlink()


def test_a_configuration_is_read_as_data(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    config = tmp_path / "careloop.yml"
    config.write_text(f"workspace: !!python/object/apply:pathlib.Path.touch [{marker}]\nsources: []\n")
    with pytest.raises(ConfigError):
        load_settings(config)
    assert not marker.exists()


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "UNPACKED_BYTES_OF_ANY_FILE", 100_000)


def test_archives_that_unpack_to_hundreds_of_times_their_size_are_refused(bench: Bench, small_limits: None) -> None:
    content = b"id,name\n" + b"1,a\n" * 2_000_000
    bench.put("bomb.csv.gz", gzip.compress(content))
    bench.put("bomb.csv.zst", pa.Codec("zstd").compress(content).to_pybytes())
    for name in ("bomb.csv.gz", "bomb.csv.zst"):
        with pytest.raises(SourceError, match=rf"{name}'.*unpacks to more than"):
            bench.land(name)
    assert list(bench.zone.folder.rglob("*.parquet")) == []


def test_workbooks_that_unpack_to_hundreds_of_times_their_size_are_refused(bench: Bench, small_limits: None) -> None:
    path = bench.folder / "bomb.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.save(path)
    with zipfile.ZipFile(path, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/nothing.bin", b"\0" * 20_000_000)
    with pytest.raises(SourceError, match="unpacks to 20,"):
        bench.land("bomb.xlsx", format="excel")


def test_ordinary_archives_are_let_through(bench: Bench) -> None:
    bench.put("fine.csv.gz", gzip.compress(b"id,name\n" + b"".join(b"%d,n%d\n" % (n, n * 7) for n in range(1000))))
    bench.land("fine.csv.gz")
    assert len(bench.rows()) == 1000


def test_the_web_interface_listens_on_the_loopback_interface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(cli.os, "execv", lambda _, arguments: started.extend(arguments))
    monkeypatch.setattr(cli.os, "chdir", lambda _: None)
    monkeypatch.setattr("dagster_project.launch.prepare_instance", lambda _: None)
    config = configuration(tmp_path, [source(tmp_path, "crm", {"customers": ["customer_id", "1"]})])
    CliRunner().invoke(cli.app, ["dev", "--config", str(config)])
    assert started[started.index("--host") + 1] == "127.0.0.1"
