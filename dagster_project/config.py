"""Settings: careloop.yml and the environment, typed and validated when loaded.

What belongs here: the shape of the configuration and the errors about it. What the settings are used for lives in
the modules that use them. Secrets never stand in the file; they come from the environment (see .env.example).
"""

from __future__ import annotations

import codecs
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from dagster_project.contract import ENTITIES

PROJECT_ROOT = Path(__file__).resolve().parents[1]
CONFIG_VARIABLE = "CARELOOP_CONFIG"
DEFAULT_CONFIG = PROJECT_ROOT / "careloop.yml"


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, line, key, what was found and what is allowed."""


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; allowed is an IANA name such as 'UTC' or 'Europe/Berlin'")
    return name


def _encoding(name: str) -> str:
    try:
        canonical: str = codecs.lookup(name).name
        b"".decode(name)
    except LookupError:
        raise ValueError(f"unknown encoding {name!r}; allowed is any text encoding that Python knows") from None
    return canonical


def _below_config(path: str, info: ValidationInfo) -> str:
    folder: Path = (info.context or {}).get("folder", Path.cwd())
    return os.path.normpath(folder / Path(path).expanduser())


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Encoding = Annotated[str, AfterValidator(_encoding)]
ConfigPath = Annotated[str, AfterValidator(_below_config)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]


def _problem(message: str, *at: int | str) -> PydanticCustomError:
    """Make an error about the key that lies at `at` below the model that raises it."""
    return PydanticCustomError("careloop", "{message}", {"message": message, "at": at})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data if isinstance(data, dict) else ():
            if key not in allowed:
                raise _problem(f"unknown key {key!r}; allowed are {', '.join(allowed)}", key)
        return data


class Expression(_Strict):
    """A DuckDB SQL expression over the columns of the source row."""

    sql: str = Field(min_length=1)


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Mapping(_Strict):
    """One select from a stream of the source into one entity of the contract.

    `columns` maps a contract column to a source column (a plain string, the column's exact name) or to an
    `Expression`. Rows for which `where` is not true do not describe this entity and are counted as 'not selected'.
    """

    from_: Name = Field(alias="from")
    where: Expression | None = None
    columns: dict[str, str | Expression] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _where_is_sql(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("where"), str):
            return {**data, "where": {"sql": data["where"]}}
        return data


class _FileSet(_Strict):
    """Files of one shape: paths or globs, relative to the configuration file."""

    path: Annotated[list[ConfigPath], BeforeValidator(_one_or_many)] = Field(min_length=1)
    null_values: list[str] = Field(default=[""], description="texts that stand for 'no value'")
    extracted_at: AwareDatetime | None = Field(
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
            raise _problem("state `columns` exactly where `header` is false", "header")
        return self

    @model_validator(mode="after")
    def _characters_tell_apart(self) -> Self:
        if self.delimiter in (self.quote, self.escape) or {"\r", "\n"} & {self.delimiter, self.quote, self.escape}:
            raise _problem("must differ from `quote` and `escape`, and none may be a line break", "delimiter")
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


class FileSource(_Strict):
    """A source of kind `files`: named file sets, and how their rows become entities."""

    name: Name
    kind: Literal["files"]
    time_zone: TimeZone = Field(default="UTC", description="zone of instants that carry no offset")
    files: dict[Name, FileSet] = Field(min_length=1)
    references: dict[str, Name] = Field(
        default_factory=dict, description="entity → the source whose keys this source uses for it, where not its own"
    )
    entities: dict[str, Annotated[list[Mapping], BeforeValidator(_one_or_many)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for entity in [*self.entities, *self.references]:
            if entity not in ENTITIES:
                part = "entities" if entity in self.entities else "references"
                raise _problem(f"unknown entity {entity!r}; allowed are {', '.join(ENTITIES)}", part, entity)
        for entity, mappings in self.entities.items():
            for index, mapping in enumerate(mappings):
                self._check(entity, mapping, ("entities", entity, index))
        return self

    def _check(self, entity: str, mapping: Mapping, at: tuple[int | str, ...]) -> None:
        contract = ENTITIES[entity]
        if mapping.from_ not in self.files:
            raise _problem(f"names no file set of this source; there are {', '.join(self.files)}", *at, "from")
        for column in mapping.columns:
            if column not in contract.columns:
                raise _problem(
                    f"unknown column {column!r} of {entity}; the contract has {', '.join(contract.columns)}",
                    *at,
                    "columns",
                    column,
                )
        missing = [column for column in contract.required if column not in mapping.columns]
        if missing:
            raise _problem(f"required column(s) of {entity} not mapped: {', '.join(missing)}", *at, "columns")

    @property
    def streams(self) -> dict[str, FileSet]:
        """The landed streams of this source by name."""
        return self.files


Source = FileSource


class Schedule(_Strict):
    """When the daily job starts."""

    cron: str = "30 3 * * *"
    time_zone: TimeZone = "UTC"


class Settings(_Strict):
    """Everything a run needs to know.

    Paths in the file are relative to the file. `as_of` fixes the instant up to which figures are computed; without
    it that is the newest instant in the accepted data, never the clock.
    """

    config_file: Path
    workspace: ConfigPath = Field(default="warehouse", validate_default=True)
    reporting_time_zone: TimeZone = "UTC"
    as_of: AwareDatetime | None = None
    schedule: Schedule = Schedule()
    max_quarantined_rate: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of an entity's rows that may be quarantined before a run is stopped",
    )
    memory_limit: str = Field(default="3GB", pattern=r"^\d+(\.\d+)?(MB|GB)$", description="DuckDB's memory limit")
    sources: list[Source] = Field(min_length=1)

    @model_validator(mode="after")
    def _sources_fit_together(self) -> Self:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise _problem(f"source name(s) used more than once: {', '.join(twice)}", "sources")
        providers = {source.name: set(source.entities) for source in self.sources}
        for index, source in enumerate(self.sources):
            for entity, owner in source.references.items():
                if entity not in providers.get(owner, set()):
                    having = [name for name, entities in providers.items() if entity in entities]
                    raise _problem(
                        f"{owner!r} is no source that provides {entity}; there are {', '.join(having) or 'none'}",
                        "sources",
                        index,
                        "references",
                        entity,
                    )
        return self

    @property
    def workspace_folder(self) -> Path:
        return Path(self.workspace)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_time_zone)


def config_path() -> Path:
    """Find the configuration file in force: $CARELOOP_CONFIG, else careloop.yml of the project."""
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG).resolve()


def load_settings(path: Path | None = None, *, as_of: datetime | None = None) -> Settings:
    """Read and validate a configuration file.

    Args:
        path: the file; by default the one in force (`config_path`).
        as_of: overrides the file's `as_of`; must carry an offset.

    Raises:
        ConfigError: the file is missing, is not YAML, or says something that is not allowed.
    """
    path = (path or config_path()).resolve()
    try:
        document = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file; name one with --config or ${CONFIG_VARIABLE}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem or error}") from None
    if not isinstance(document, dict):
        found = "an empty file" if document is None else type(document).__name__
        raise ConfigError(f"{path}:1: expected a mapping of settings such as `sources:`, found {found}")
    data: dict[str, Any] = {**document, "config_file": path}
    if as_of is not None:
        data["as_of"] = as_of
    try:
        return Settings.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError(_describe(path, document, error)) from None


def _describe(path: Path, document: Any, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        line, key = _locate(document, (*problem["loc"], *problem.get("ctx", {}).get("at", ())))
        found = problem["input"]
        message = problem["msg"].removeprefix("Value error, ")
        shown = "" if isinstance(found, dict | list | BaseModel) else f"; found {found!r}"
        lines.append(f"{path}:{line}: {key or 'the file'}: {message}{shown}")
    return "\n".join(lines)


def _locate(document: Any, location: tuple[int | str, ...]) -> tuple[int, str]:
    """Line (from 1) and dotted key of a pydantic error location; parts that are not keys of the file are skipped."""
    node: Any = document
    line = 1
    keys: list[str] = []
    for part in location:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            continue
        node = node[part]
        keys.append(str(part))
    return line, ".".join(keys)
