"""Settings: careloop.yml and the environment, typed and validated when loaded.

What belongs here: the settings as a whole, and loading them. What is said of one source lies in source_config; what
settings are used for, in the modules that use them. Secrets never stand in the file; they come from the environment
(see .env.example).
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from dagster_project.contract import ENTITIES
from dagster_project.source_config.files import FileSource
from dagster_project.source_config.presets import expanded, preset_kinds
from dagster_project.source_config.rest import RestSource
from dagster_project.source_config.sql import SqlSource
from dagster_project.source_config.values import ConfigPath, Instant, Retention, TimeZone
from dagster_project.spark.settings import SparkSettings
from dagster_project.warehouse.workspace import Workspace
from dagster_project.yaml_file import Shape, YamlFileError, load_yaml, problem

PROJECT_ROOT = Path(__file__).resolve().parents[1]
CONFIG_VARIABLE = "CARELOOP_CONFIG"
DEFAULT_CONFIG = PROJECT_ROOT / "careloop.yml"


_KINDS = ("files", "sql", "rest")


def _known_and_filled(source: Any) -> Any:
    """Refuse a source of no known kind; put what is said of an account into the preset of its kind."""
    if not isinstance(source, dict):
        return source
    kind = source.get("kind")
    if kind in preset_kinds():
        return expanded(source)
    if kind not in _KINDS:
        raise problem(f"expected one of {', '.join([*_KINDS, *preset_kinds()])}; found {kind!r}", "kind")
    return source


def _shape_of(source: Any) -> str:
    kind = source["kind"] if isinstance(source, dict) else source.kind
    return f"kind {kind if kind in _KINDS else 'rest'}"


Source = Annotated[
    Annotated[FileSource, Tag("kind files")]
    | Annotated[SqlSource, Tag("kind sql")]
    | Annotated[RestSource, Tag("kind rest")],
    Discriminator(_shape_of),
    BeforeValidator(_known_and_filled),
]
"""A source of any kind; one of a preset's kind is a `RestSource`."""
Target = Literal["duckdb", "spark"]
"""The engine that builds."""


_Bytes = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?(MB|GB)$")]


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, line, key, what was found and what is allowed."""


class Schedule(Shape):
    """When the daily job starts."""

    cron: str = "30 3 * * *"
    time_zone: TimeZone = "UTC"
    max_age_hours: float = Field(
        default=36, gt=0, description="age from which `careloop status` calls the published version late"
    )


class Settings(Shape):
    """Everything a run needs to know.

    Paths in the file are relative to the file. `as_of` fixes the instant up to which figures are computed; without
    it that is the newest instant in the accepted data, never the clock.
    """

    given_by_path: ClassVar[frozenset[str]] = frozenset({"config_file"})

    config_file: Path
    workspace: ConfigPath = Field(default="warehouse", validate_default=True)
    reporting_time_zone: TimeZone = "UTC"
    as_of: Instant | None = None
    public_data: bool = Field(
        default=False, description="whether the data is invented or public, so that pseudonyms need no secret key"
    )
    schedule: Schedule = Schedule()
    max_quarantined_rate: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of an entity's rows that may be quarantined before a run is stopped",
    )
    kept_runs: int = Field(
        default=100, ge=3, description="how many runs are remembered, with their logs and what their gates found"
    )
    retention: dict[str, Retention] = Field(
        default_factory=dict, description="entity → how long its rows are kept, such as `usage_events: 730 days`"
    )
    memory_limit: _Bytes = Field(default="3GB", description="DuckDB's memory limit")
    spill_folder: ConfigPath | None = Field(
        default=None, description="in whose `tmp` DuckDB puts what does not fit into memory; the workspace unless given"
    )
    spill_limit: _Bytes = Field(default="20GB", description="the most that may lie there; what needs more fails")
    target: Target = Field(
        default="duckdb", description="the engine that builds; `spark` needs the section of its name"
    )
    spark: SparkSettings | None = None
    sources: list[Source] = Field(min_length=1)

    @model_validator(mode="after")
    def _retention_is_of_what_happens(self) -> Self:
        allowed = [name for name, entity in ENTITIES.items() if entity.happens_at]
        for entity in self.retention:
            if entity not in allowed:
                raise problem(
                    f"{entity!r} is no entity of things that happen; there are {', '.join(allowed)}", "retention"
                )
        return self

    @model_validator(mode="after")
    def _sources_fit_together(self) -> Self:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise problem(f"source name(s) used more than once: {', '.join(twice)}", "sources")
        providers = {source.name: set(source.entities) for source in self.sources}
        for index, source in enumerate(self.sources):
            for entity, owner in source.references.items():
                if entity not in providers.get(owner, set()):
                    having = [name for name, entities in providers.items() if entity in entities]
                    raise problem(
                        f"{owner!r} is no source that provides {entity}; there are {', '.join(having) or 'none'}",
                        "sources",
                        index,
                        "references",
                        entity,
                    )
        return self

    @model_validator(mode="after")
    def _target_is_there(self) -> Self:
        if self.target == "spark" and self.spark is None:
            raise problem("nothing is said of Spark; expected a section such as `spark: {master: 'local[*]'}`", "spark")
        return self

    @property
    def workspace_folder(self) -> Path:
        return Path(self.workspace)

    @property
    def warehouse(self) -> Workspace:
        """The workspace, with what DuckDB may take in it."""
        return Workspace(
            self.workspace_folder,
            memory_limit=self.memory_limit,
            spill_folder=Path(self.spill_folder) if self.spill_folder else None,
            spill_limit=self.spill_limit,
        )

    @property
    def unmapped_streams(self) -> list[str]:
        """Streams that are landed and that no mapping reads, as source/stream: nobody can tell whom their rows name."""
        return [
            f"{source.name}/{stream}"
            for source in self.sources
            for stream in source.streams
            if not any(it.from_ == stream for mappings in source.entities.values() for it in mappings)
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_time_zone)


def config_path() -> Path:
    """Find the configuration file in force: $CARELOOP_CONFIG, else careloop.yml of the project."""
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG).resolve()


def load_settings(path: Path | None = None, *, as_of: datetime | None = None, target: str | None = None) -> Settings:
    """Read and validate a configuration file.

    Args:
        path: the file; by default the one in force (`config_path`).
        as_of: overrides the file's `as_of`; must carry an offset.
        target: overrides the file's `target`, and is checked as that is.

    Raises:
        ConfigError: the file is missing, is not YAML, or says something that is not allowed.
    """
    path = (path or config_path()).resolve()
    overriding = {"as_of": as_of, "target": target}
    given = {"config_file": path, **{name: value for name, value in overriding.items() if value is not None}}
    try:
        return load_yaml(path, Settings, expected="a mapping of settings such as `sources:`", **given)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file; name one with --config or ${CONFIG_VARIABLE}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except YamlFileError as error:
        raise ConfigError(str(error)) from None
