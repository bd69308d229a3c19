"""The source contract as Python sees it: entities and columns, read from their one declaration.

The declaration is `dbt_project/models/staging/contract.yml`, which dbt reads as its sources. Nothing here repeats
a name of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.yaml_file import read_declared

CONTRACT_FILE = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "staging" / "contract.yml"


@dataclass(frozen=True)
class Column:
    """One column of an entity; the flags are explained at the head of contract.yml."""

    name: str
    data_type: str
    description: str
    required: bool
    personal: bool
    free_text: bool | str
    planned: bool
    values: tuple[str, ...]
    references: tuple[str, ...]
    must_exist: bool


@dataclass(frozen=True)
class Entity:
    """One entity of the contract: its columns by name, and the columns that identify a row within its source."""

    name: str
    singular: str
    description: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    version: str | None

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns.values() if column.required]

    @property
    def happens_at(self) -> str | None:
        """The column that says when what a row tells of happened; None where rows tell of what is, or is planned."""
        instants = (it for it in self.columns.values() if it.data_type == "instant" and it.required and not it.planned)
        return next((column.name for column in instants), None)

    @property
    def referenced(self) -> list[str]:
        """The entities this one refers to, each once, in the order of its columns."""
        return list(dict.fromkeys(entity for column in self.columns.values() for entity in column.references))


def _column(declared: dict[str, Any]) -> Column:
    meta = declared.get("config", {}).get("meta", {})
    references = meta.get("references", [])
    return Column(
        name=declared["name"],
        data_type=declared["data_type"],
        description=declared["description"],
        required=meta.get("required", False),
        personal=meta.get("personal", False),
        free_text=meta.get("free_text", False),
        planned=meta.get("planned", False),
        values=tuple(meta.get("values", ())),
        references=(references,) if isinstance(references, str) else tuple(references),
        must_exist=meta.get("must_exist", False),
    )


def _load() -> dict[str, Entity]:
    declared = read_declared(CONTRACT_FILE)
    (source,) = declared["sources"]
    return {
        table["name"]: Entity(
            name=table["name"],
            singular=table["config"]["meta"]["singular"],
            description=table["description"],
            columns={column["name"]: _column(column) for column in table["columns"]},
            key=tuple(table["config"]["meta"]["key"]),
            version=table["config"]["meta"].get("version"),
        )
        for table in source["tables"]
    }


ENTITIES: dict[str, Entity] = _load()
