"""The section `spark:` of careloop.yml, and the settings of Spark without which the project's SQL means something else.

pyspark is not imported here: who does not scale out has none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from dagster_project.yaml_file import Shape

LOGGING = Path(__file__).with_name("log4j2.properties")

# Instants are timestamps without a zone that hold UTC, as on DuckDB.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # A failed cast, an overflow or a division by zero is an error, not a NULL.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.sources.default": "parquet",
    "spark.sql.parquet.compression.codec": "zstd",
    # Nothing but instants since 1990 is kept, and what comes before is written as it is.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    # The catalog lives as long as the session: tables are found by their folders.
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.globalTempDatabase": "raw",
}
HOUSE = {
    "spark.app.name": "careloop",
    # Everything listens on the loopback interface unless the settings say otherwise.
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    # The plan of a mart that unites sixty is deep.
    "spark.driver.defaultJavaOptions": f"-Xss16m -Dlog4j2.configurationFile={LOGGING.as_uri()}",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}

# What Spark itself takes for secret.
_SECRET = re.compile(r"(?i)secret|password|token|access[.]?key")


def _as_text(value: Any) -> Any:
    """Write a value as Spark does: YAML reads numbers and truth values of some."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


class SparkSettings(Shape):
    """Where Spark is, and what is set there beyond the house's settings."""

    master: str = Field(min_length=1, description="such as `local[*]`, `spark://head:7077`, `k8s://…`")
    conf: dict[str, Annotated[str, BeforeValidator(_as_text)]] = Field(
        default_factory=dict, description="Spark's settings, such as `spark.executor.memory: 8g`"
    )

    @field_validator("conf")
    @classmethod
    def _conf_is_for_this_file(cls, conf: dict[str, str]) -> dict[str, str]:
        for name in conf:
            if not name.startswith("spark."):
                raise ValueError(f"{name!r} is no setting of Spark; their names begin with `spark.`")
            if name in MEANING or name == "spark.sql.warehouse.dir":
                raise ValueError(f"{name!r} is set by the project, whose SQL relies on it; leave it out")
            if _SECRET.search(name):
                raise ValueError(
                    f"{name!r} is a secret, and secrets do not stand in this file; "
                    "put it into spark-defaults.conf in the folder $SPARK_CONF_DIR"
                )
        return conf
