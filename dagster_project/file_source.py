"""What careloop.yml says of a source of kind `files`: its file sets, and how their rows become entities.

What belongs here: the shapes, and the errors about them. Reading the files belongs in `sources`, turning mappings into
SQL in raw.py.
"""

from __future__ import annotations

import codecs
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import duckdb
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, ValidationInfo, model_validator

from dagster_project.contract import ENTITIES
from dagster_project.yaml_file import FOLDER, Shape, problem


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; allowed is an IANA name such as 'UTC' or 'Europe/Berlin'")
    return name


def _encoding(name: str) -> str:
    try:
        canonical: str = codecs.lookup(name).name
        "a".encode(name)  # refuses what is no text encoding, such as base64; an empty text would pass
    except LookupError:
        raise ValueError(f"unknown encoding {name!r}; allowed is any text encoding that Python knows") from None
    return canonical


def _below_config(path: str, info: ValidationInfo) -> str:
    folder: Path = (info.context or {}).get(FOLDER, Path.cwd())
    return os.path.normpath(folder / Path(path).expanduser())


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        at = None
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError("not an instant with offset; expected ISO 8601 such as 2026-07-01T00:00:00Z")
    return at


def _instant_format(text: str) -> str:
    fault = _fault_of_format(text)
    if fault:
        raise ValueError(fault)
    return text


@cache
def _fault_of_format(text: str) -> str:
    """Write an instant in the format and read that back: it may lose small units, and nothing else.

    Says the fault rather than raising it, since pydantic would keep the error, and with it the connection, for ever.
    """
    try:
        with duckdb.connect() as connection:
            found = connection.execute(
                """
                select cast(try_strptime(strftime(written, $format), $format) as timestamp) in (
                    select date_trunc(unit, written)
                    from unnest(['day', 'hour', 'minute', 'second', 'millisecond', 'microsecond']) as units (unit)
                )
                from (select timestamp '2026-07-31 13:45:56.789012' as written)
                """,
                {"format": text},
            ).fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
        return f"{reason}; allowed are DuckDB's, such as '%d.%m.%Y %H:%M:%S'"
    return "" if found == (True,) else "does not tell instants apart; it needs day, month and year, and %p beside %I"


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Encoding = Annotated[str, AfterValidator(_encoding)]
ConfigPath = Annotated[str, AfterValidator(_below_config)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]


class Expression(Shape):
    """A DuckDB SQL expression over the columns of the source row."""

    sql: str = Field(min_length=1)


class InstantColumn(Shape):
    """A source column of instants in a stated format (DuckDB's for `strptime`), where that is not ISO 8601.

    Text that does not match stays as it came, for staging to judge.
    """

    column: str = Field(min_length=1)
    format: Annotated[str, AfterValidator(_instant_format)]


def _kind_of_value(value: Any) -> str | None:
    if isinstance(value, str):
        return "name"
    keys = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Shape) else ()
    return "expression" if "sql" in keys else "instant" if "column" in keys or "format" in keys else None


MappedValue = Annotated[
    Annotated[str, Tag("name")] | Annotated[Expression, Tag("expression")] | Annotated[InstantColumn, Tag("instant")],
    Discriminator(
        _kind_of_value,
        custom_error_type="mapped_value",
        custom_error_message="expected a source column's name, {sql: …} or {column: …, format: …}",
    ),
]


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class EntityMapping(Shape):
    """One select from a stream of the source into one entity of the contract.

    `columns` maps a contract column to a source column (a plain string, the column's exact name), to an `Expression`
    or to an `InstantColumn`. Rows for which `where` is not true do not describe this entity and are counted as
    'not selected'.
    """

    from_: Name = Field(alias="from")
    where: Expression | None = None
    columns: dict[str, MappedValue] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _where_is_sql(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("where"), str):
            return {**data, "where": {"sql": data["where"]}}
        return data


class _FileSet(Shape):
    """Files of one shape: paths or globs, relative to the configuration file."""

    path: Annotated[list[ConfigPath], BeforeValidator(_one_or_many)] = Field(min_length=1)
    null_values: list[str] = Field(default=[""], description="texts that stand for 'no value'")
    extracted_at: Instant | None = Field(
        default=None, description="when the files were exported; else each file's modification time"
    )


class CsvFiles(_FileSet):
    """Delimited text. The dialect is stated or RFC 4180, never guessed from a sample."""

    format: Literal["csv"]
    delimiter: OneCharacter = ","
    quote: OneCharacter | None = '"'
    escape: OneCharacter | None = Field(default=None, description="else a quote is doubled")
    encoding: Encoding = "utf-8"
    line_ending: Literal["any", "lf", "crlf"] = Field(
        default="any", description="what ends a record; any is CRLF, LF or CR, else a bare other one is data"
    )
    header: bool = True
    columns: list[str] | None = Field(default=None, description="the columns' names, where there is no header")

    @model_validator(mode="after")
    def _columns_without_header(self) -> Self:
        if self.header == (self.columns is not None):
            raise problem("state `columns` exactly where `header` is false", "header")
        return self

    @model_validator(mode="after")
    def _characters_tell_apart(self) -> Self:
        if self.delimiter in (self.quote, self.escape) or {"\r", "\n"} & {self.delimiter, self.quote, self.escape}:
            raise problem("must differ from `quote` and `escape`, and none may be a line break", "delimiter")
        return self


class JsonLinesFiles(_FileSet):
    """One JSON object a line; its top-level keys are the columns."""

    format: Literal["jsonl"]
    encoding: Encoding = "utf-8"


class ParquetFiles(_FileSet):
    """Apache Parquet."""

    format: Literal["parquet"]


class ExcelFiles(_FileSet):
    """One sheet of a workbook; its first row names the columns."""

    format: Literal["excel"]
    sheet: str | None = Field(default=None, description="else the first sheet")


FileSet = Annotated[CsvFiles | JsonLinesFiles | ParquetFiles | ExcelFiles, Field(discriminator="format")]


class FileSource(Shape):
    """A source of kind `files`: named file sets, and how their rows become entities."""

    name: Name
    kind: Literal["files"]
    time_zone: TimeZone = Field(default="UTC", description="zone of instants that carry no offset")
    files: dict[Name, FileSet] = Field(min_length=1)
    references: dict[str, Name] = Field(
        default_factory=dict, description="entity → the source whose keys this source uses for it, where not its own"
    )
    entities: dict[str, Annotated[list[EntityMapping], BeforeValidator(_one_or_many)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for part, entities in (("entities", self.entities), ("references", self.references)):
            for entity in entities:
                if entity not in ENTITIES:
                    raise problem(f"unknown entity {entity!r}; allowed are {', '.join(ENTITIES)}", part, entity)
        for entity, mappings in self.entities.items():
            for index, mapping in enumerate(mappings):
                self._check(entity, mapping, ("entities", entity, index))
        return self

    def _check(self, entity: str, mapping: EntityMapping, at: tuple[int | str, ...]) -> None:
        contract = ENTITIES[entity]
        if mapping.from_ not in self.files:
            names = ", ".join(self.files)
            raise problem(f"{mapping.from_!r} names no file set of this source; there are {names}", *at, "from")
        for column, value in mapping.columns.items():
            if column not in contract.columns:
                names = ", ".join(contract.columns)
                raise problem(
                    f"unknown column {column!r} of {entity}; the contract has {names}", *at, "columns", column
                )
            data_type = contract.columns[column].data_type
            if isinstance(value, InstantColumn) and data_type != "instant":
                raise problem(f"a `format` is for instants; {column} is {data_type}", *at, "columns", column, "format")
        missing = ", ".join(column for column in contract.required if column not in mapping.columns)
        if missing:
            raise problem(f"required column(s) of {entity} not mapped: {missing}", *at, "columns")

    @property
    def streams(self) -> dict[str, FileSet]:
        """The landed streams of this source by name."""
        return self.files
