"""Sources of kind `files`: named file sets and their formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dagster_project.source_config.mapping import SourceShape, Stream, one_or_many
from dagster_project.source_config.values import ConfigPath, Encoding, Instant, Name, OneCharacter
from dagster_project.yaml_file import problem


class _FileSet(Stream):
    """Files of one shape: paths or globs, relative to the configuration file."""

    path: Annotated[list[ConfigPath], BeforeValidator(one_or_many)] = Field(min_length=1)
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


class FileSource(SourceShape):
    """A source of kind `files`: named file sets, and how their rows become entities."""

    kind: Literal["files"]
    files: dict[Name, FileSet] = Field(min_length=1)

    @property
    def streams(self) -> Mapping[str, FileSet]:
        return self.files

    @property
    def technology(self) -> Mapping[str, str]:
        return {name: files.format for name, files in self.files.items()}
