"""What dbt-duckdb calls when it connects, as profiles.yml says: keeps the engine to its folder, hands it the key.

The key travels in the environment, for dbt would write it down wherever else it could stand.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from dagster_project.config import PROJECT_ROOT
from dagster_project.pseudonyms import KEY_VARIABLE, hand_over
from dagster_project.warehouse import keep_to_folders


class Plugin(BasePlugin):
    """Named so because dbt-duckdb looks for this name. Without a build file, as a linter connects, nothing is done."""

    @property
    def _build_file(self) -> Path | None:
        path = self.creds.path if self.creds else ":memory:"
        return None if path == ":memory:" else Path(path)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Keep the engine to the folder that the build file lies in, and the seeds."""
        if self._build_file:
            keep_to_folders(conn, self._build_file.parent, PROJECT_ROOT / "seeds")

    def configure_cursor(self, cursor: Any) -> None:
        """Set the session variables that the macro `keyed_pseudonym` reads."""
        if self._build_file:
            key = os.environ.get(KEY_VARIABLE)
            if not key:
                raise DbtRuntimeError(f"customers' pseudonyms need a secret key; set ${KEY_VARIABLE}, see .env.example")
            hand_over(key, cursor.execute)
