"""What careloop.yml may say, and that an error about it names file, line and key, what is found and what allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.config import CONFIG_VARIABLE, DEFAULT_CONFIG, ConfigError, Settings, config_path, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.source_config.files import CsvFiles
from dagster_project.source_config.mapping import Expression, InstantColumn

GOOD = """\
workspace: here
reporting_time_zone: Europe/Berlin
as_of: 2026-07-01T00:00:00+02:00
sources:
  - name: crm
    kind: files
    files:
      people: {path: people.csv, format: csv}
    entities:
      customers: {from: people, columns: {customer_id: Id}}
  - name: helpdesk
    kind: files
    time_zone: America/New_York
    references:
      customers: crm
    files:
      cases:
        path: [a/*.csv, /b/c.csv]
        format: csv
        encoding: latin-1
        delimiter: ";"
    entities:
      tickets:
        from: cases
        where: kind = 'case'
        columns:
          ticket_id: Number
          customer_id: {sql: "trim(Customer)"}
          created_at: {column: Opened, format: "%d.%m.%Y %H:%M:%S"}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "careloop.yml"


def loaded(config: Path, text: str) -> Settings:
    config.write_text(text, encoding="utf-8")
    return load_settings(config)


def error_of(config: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        loaded(config, text)
    return str(error.value)


def test_a_good_file_says_where_what_and_how(config: Path) -> None:
    settings = loaded(config, GOOD)
    assert settings.workspace_folder == config.parent / "here"
    assert settings.as_of == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert settings.zone.key == "Europe/Berlin"
    crm, helpdesk = settings.sources
    assert (crm.time_zone, helpdesk.time_zone) == ("UTC", "America/New_York")
    cases = helpdesk.streams["cases"]
    assert isinstance(cases, CsvFiles)
    assert (cases.delimiter, cases.encoding, cases.quote) == (";", "iso8859-1", '"')
    (mapping,) = helpdesk.entities["tickets"]
    assert mapping.where == Expression(sql="kind = 'case'")
    assert mapping.columns == {
        "ticket_id": "Number",
        "customer_id": Expression(sql="trim(Customer)"),
        "created_at": InstantColumn(column="Opened", format="%d.%m.%Y %H:%M:%S"),
    }


def test_paths_are_relative_to_the_file_wherever_the_process_stands(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    settings = loaded(config, GOOD.replace("workspace: here", "workspace: ../there"))
    assert settings.workspace_folder == tmp_path.parent / "there"
    assert settings.sources[1].files["cases"].path == [str(tmp_path / "a" / "*.csv"), "/b/c.csv"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        # Keys nobody reads are mistakes, at any depth.
        ("workspace:", "workspaces:", 1, "workspaces: unknown key 'workspaces'; allowed are workspace, reporting_"),
        ("    kind: files\n    time_zone:", "    kind: files\n    timezone:", 13, "sources[1].timezone: unknown key"),
        ("        delimiter:", "        separator:", 21, "sources[1].files.cases.separator: unknown key 'separator';"),
        ("        where:", "        filter:", 25, "entities.tickets.filter: unknown key 'filter'; allowed are from, w"),
        ("{sql: ", "{when: a, sql: ", 28, "columns.customer_id.when: unknown key 'when'; allowed are sql"),
        ("workspace: here", "config_file: /tmp/x", 1, "config_file: `config_file` is said by the path of the file"),
        # Values.
        ("Europe/Berlin", "Mars/Olympus", 2, "reporting_time_zone: unknown time zone 'Mars/Olympus'; allowed is an IA"),
        ("America/New_York", "EDT", 13, "sources[1].time_zone: unknown time zone 'EDT'"),
        ("latin-1", "latin1000", 20, "files.cases.encoding: unknown encoding 'latin1000'; allowed is any"),
        ("latin-1", "base64", 20, "files.cases.encoding: unknown encoding 'base64'"),
        ('delimiter: ";"', 'delimiter: ";;"', 21, "delimiter: String should have at most 1 character; found ';;'"),
        ('delimiter: ";"', "delimiter: '\"'", 21, "files.cases.delimiter: must differ from `quote` and `escape`"),
        ("format: csv\n", "format: xml\n", 17, "'xml' found using 'format' does not match any of the expected tags: "),
        ("        format: csv\n", "", 17, "sources[1].files.cases.format: Field required"),
        ("        path: [a/*.csv, /b/c.csv]\n", "", 17, "sources[1].files.cases.path: Field required"),
        ("name: helpdesk", "name: Help Desk", 11, "sources[1].name: String should match pattern"),
        ("kind: files", "kind: telepathy", 6, "sources[0].kind: expected one of files, sql, rest"),
        ("00+02:00", "00", 3, "expected ISO 8601 such as 2026-07-01T00:00:00Z; found 2026-07-01 00:00:00"),
        ("2026-07-01T00:00:00+02:00", "20260701", 3, "as_of: not an instant with offset"),
        ("2026-07-01T00:00:00+02:00", "yesterday", 3, "found 'yesterday'"),
        ("workspace: here", "max_quarantined_rate: 5", 1, "max_quarantined_rate: Input should be less than or equal t"),
        ("workspace: here", "memory_limit: lots", 1, "memory_limit: String should match pattern"),
        ("workspace: here", "spill_limit: 20%", 1, "spill_limit: String should match pattern"),
        # A header, or names of columns, but not both and not neither.
        ('delimiter: ";"', "header: false", 21, "files.cases.header: state `columns` exactly where `header` is false"),
        ('delimiter: ";"', "columns: [a, b]", 17, "files.cases.header: state `columns` exactly where `header` is fal"),
        # What the contract and the other parts of the file know.
        ("customers: {from", "custmers: {from", 10, "entities.custmers: unknown entity 'custmers'; allowed are custom"),
        ("ticket_id:", "ticket_no:", 27, "tickets.columns.ticket_no: unknown column 'ticket_no' of tickets; the contr"),
        ("          ticket_id: Number\n", "", 26, "columns: required column(s) of tickets not mapped: ticket_id"),
        ("from: cases", "from: case", 24, "tickets.from: 'case' names no stream of this source; there are cases"),
        ("      customers: crm", "      customer: crm", 15, "references.customer: unknown entity 'customer'"),
        ("customers: crm", "customers: erp", 15, "'erp' is no source that provides customers; there are crm"),
        ("customers: crm", "agents: crm", 15, "'crm' is no source that provides agents; there are none"),
        ("name: helpdesk", "name: crm", 4, "sources: source name(s) used more than once: crm"),
        # Values of mapped columns.
        ("ticket_id: Number", "ticket_id: 7", 27, "columns.ticket_id: expected a source column's name, {sql: …} or {c"),
        ("ticket_id: Number", "ticket_id: [a]", 27, "columns.ticket_id: expected a source column's name"),
        ("{column: Opened, f", "{f", 29, "columns.created_at.column: Field required"),
        ("%d.%m.%Y %H:%M:%S", "%d.%m.%Q", 29, "created_at.format: Failed to parse format specifier %d.%m.%Q: Unrecogn"),
        ("%d.%m.%Y %H:%M:%S", "%d.%m. %H:%M", 29, "created_at.format: does not tell instants apart"),
        ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %I:%M", 29, "created_at.format: does not tell instants apart"),
        ("ticket_id: Number", "ticket_id: {column: a, format: '%c'}", 27, "a `format` is for instants; ticket_id is t"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_key(config: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    message = error_of(config, GOOD.replace(old, new, 1))
    assert message.startswith(f"{config}:{line}: "), message
    assert says in message


def test_every_fault_is_told_at_once_and_in_order(config: Path) -> None:
    text = GOOD.replace("Europe/Berlin", "Berlin").replace("latin-1", "latin").replace("name: crm", "name: CRM")
    first, second, third = error_of(config, text.replace("encoding: latin", "encoding: nowhere")).splitlines()
    assert first.startswith(f"{config}:2: reporting_time_zone: unknown time zone 'Berlin'")
    assert second.startswith(f"{config}:5: sources[0].name: ")
    assert third.startswith(f"{config}:20: sources[1].files.cases.encoding: ")


@pytest.mark.parametrize("required", sorted(ENTITIES["survey_responses"].required))
def test_each_required_column_must_be_mapped(config: Path, required: str) -> None:
    columns = {column: "x" for column in ENTITIES["survey_responses"].required if column != required}
    old = "customers: {from: people, columns: {customer_id: Id}}"
    text = GOOD.replace(old, f"{old}\n      survey_responses: {{from: people, columns: {columns}}}")
    assert error_of(config, text).endswith(f"required column(s) of survey_responses not mapped: {required}")


def test_an_error_in_what_an_anchor_brought_is_told_where_the_anchor_is(config: Path) -> None:
    # Such a key has no line of its own; looking for it failed.
    text = GOOD.replace("columns: {customer_id: Id}", "columns: &id {custom: Id}")
    merged = text.replace("          ticket_id: Number\n", "          <<: *id\n          ticket_id: Number\n")
    assert ":10: sources[1].entities.tickets.columns.custom: unknown column 'custom'" in error_of(config, merged)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ":1: expected a mapping of settings such as `sources:`, found an empty file"),
        (b"# nothing\n", ":1: expected a mapping of settings such as `sources:`, found an empty file"),
        (b"- name: crm\n", ":1: expected a mapping of settings such as `sources:`, found list"),
        (b"workspace: a\nsources: [\n", ":3: not valid YAML: "),
        (b"workspace: a\nworkspace: b\n", ":2: not valid YAML: found duplicate key"),
        (b"workspace: a\x00b\n", ":1: not valid YAML: unacceptable character"),
        ("workspace: Büro\n".encode("latin-1"), ": not UTF-8 text (invalid start byte at byte 12); save it as"),
        (b"sources: []\n", ":1: sources: List should have at least 1 item"),
        (b"workspace: a\n", ":1: sources: Field required"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(config: Path, content: bytes, says: str) -> None:
    config.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_settings(config)
    assert str(error.value).startswith(f"{config}{says}")


def test_a_file_with_a_byte_order_mark_is_read(config: Path) -> None:
    assert loaded(config, "\ufeff" + GOOD).reporting_time_zone == "Europe/Berlin"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "careloop.yml"
    with pytest.raises(ConfigError, match="no such configuration file; name one with --config or"):
        load_settings(missing)
    with pytest.raises(ConfigError, match=f"{tmp_path}: cannot be read: Is a directory"):
        load_settings(tmp_path)


def test_the_environment_names_the_file_in_force(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    assert config_path() == DEFAULT_CONFIG
    config.write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv(CONFIG_VARIABLE, str(config))
    assert config_path() == config
    assert load_settings().config_file == config


def test_as_of_is_overridden_by_the_caller(config: Path) -> None:
    config.write_text(GOOD, encoding="utf-8")
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert load_settings(config, as_of=at).as_of == at


@pytest.mark.parametrize(
    "instant_format",
    ["%d.%m.%Y", "%d.%m.%y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%a %b %d %H:%M:%S %z %Y"],
)
def test_formats_of_instants_that_are_in_use_are_allowed(config: Path, instant_format: str) -> None:
    settings = loaded(config, GOOD.replace("%d.%m.%Y %H:%M:%S", instant_format))
    value: Any = settings.sources[1].entities["tickets"][0].columns["created_at"]
    assert value.format == instant_format


SPARK = (
    GOOD
    + """\
spark:
  master: spark://head:7077
  conf: {spark.executor.memory: 8g, spark.sql.shuffle.partitions: 24, spark.eventLog.enabled: true}
"""
)


def test_spark_is_told_where_it_is_and_what_is_set_there(config: Path) -> None:
    settings = loaded(config, SPARK)
    assert settings.target == "duckdb", "what is said of Spark does not make it the engine"
    assert settings.spark is not None
    assert settings.spark.master == "spark://head:7077"
    assert settings.spark.conf == {
        "spark.executor.memory": "8g",
        "spark.sql.shuffle.partitions": "24",
        "spark.eventLog.enabled": "true",
    }
    assert load_settings(config, target="spark").target == "spark"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GOOD + "target: spark\n", "nothing is said of Spark; expected a section"),
        (GOOD + "target: flink\n", "'duckdb' or 'spark'"),
        (GOOD + "spark: {conf: {}}\n", "master"),
        (GOOD + "spark: {master: local, conf: {executor.memory: 8g}}\n", "'executor.memory' is no setting of Spark"),
        (GOOD + "spark: {master: local, conf: {spark.sql.ansi.enabled: false}}\n", "is set by the project"),
        (GOOD + "spark: {master: local, conf: {spark.hadoop.fs.s3a.secret.key: k}}\n", "is a secret"),
    ],
)
def test_what_is_said_of_spark_and_cannot_be_is_refused_by_name(config: Path, text: str, found: str) -> None:
    error = error_of(config, text)
    assert found in error
    assert str(config) in error
