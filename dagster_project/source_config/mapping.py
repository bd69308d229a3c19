"""How the rows of a source become entities of the contract, whatever kind of source it is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from dagster_project.contract import ENTITIES
from dagster_project.source_config.values import InstantFormat, Name, TimeZone
from dagster_project.yaml_file import Shape, problem


class Expression(Shape):
    """A DuckDB SQL expression over the columns of the source row."""

    sql: str = Field(min_length=1)


class InstantColumn(Shape):
    """A source column of instants in a stated format (DuckDB's for `strptime`), where that is not ISO 8601.

    Text that does not match stays as it came, for staging to judge.
    """

    column: str = Field(min_length=1)
    format: InstantFormat


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


def one_or_many(value: Any) -> Any:
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


class Stream(Shape):
    """Rows of one shape in a source, landed together; a kind of source says what they are read from."""

    null_values: list[str] = Field(default=[""], description="texts that stand for 'no value'")


class SourceShape(Shape):
    """What is said of a source of any kind."""

    name: Name
    time_zone: TimeZone = Field(default="UTC", description="zone of instants that carry no offset")
    references: dict[str, Name] = Field(
        default_factory=dict, description="entity → the source whose keys this source uses for it, where not its own"
    )
    entities: dict[str, Annotated[list[EntityMapping], BeforeValidator(one_or_many)]] = Field(min_length=1)

    @property
    @abstractmethod
    def streams(self) -> Mapping[str, Stream]:
        """The landed streams of this source by name."""

    @property
    @abstractmethod
    def technology(self) -> Mapping[str, str]:
        """What each stream is read from, in a word such as `csv`."""

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
        if mapping.from_ not in self.streams:
            names = ", ".join(self.streams)
            raise problem(f"{mapping.from_!r} names no stream of this source; there are {names}", *at, "from")
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
