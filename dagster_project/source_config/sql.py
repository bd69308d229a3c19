"""Sources of kind `sql`: tables and queries of a database that SQLAlchemy can reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from dagster_project.source_config.live import CredentialVariable, LiveStream
from dagster_project.source_config.mapping import SourceShape
from dagster_project.source_config.values import Name
from dagster_project.yaml_file import Shape, problem


class SqlCursor(Shape):
    """A column that grows with every change. Rows are asked for from its greatest value on, less a lag.

    The lag finds rows that were committed after others with a greater value: an instant or a number is taken when a
    row is written, and the row is seen when its transaction ends. What is read twice is landed once.
    """

    column: str = Field(min_length=1)
    lag_minutes: float = Field(
        default=15, ge=0, description="of columns of dates and instants: how long a transaction may take"
    )
    lag_numbers: int = Field(
        default=1_000, ge=0, description="of columns of numbers: how many of them transactions may hold at a time"
    )


class SqlStream(LiveStream):
    """One table or view, or one query (a select)."""

    table: str | None = Field(default=None, min_length=1, description="name, or schema.name, exactly as it is spelt")
    query: str | None = Field(default=None, min_length=1)
    cursor: SqlCursor | None = Field(default=None, description="else every row is read at each load")

    @model_validator(mode="after")
    def _table_or_query(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise problem("state `table` or `query`, and not both", "table")
        return self


class SqlSource(SourceShape):
    """A source of kind `sql`. The database's address, with user and password, comes from the environment."""

    kind: Literal["sql"]
    url_variable: CredentialVariable = Field(
        description="environment variable with a SQLAlchemy URL such as postgresql+psycopg://reader:secret@host/crm"
    )
    tables: dict[Name, SqlStream] = Field(min_length=1)

    @property
    def streams(self) -> Mapping[str, SqlStream]:
        return self.tables

    @property
    def technology(self) -> Mapping[str, str]:
        return dict.fromkeys(self.tables, "sql")
