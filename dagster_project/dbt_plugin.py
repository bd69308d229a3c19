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
    """Named so because dbt-duckdb looks for this name."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Keep the engine to the folder that the build file lies in, and the seeds."""
        path = self.creds.path if self.creds else ":memory:"
        if path != ":memory:":
            keep_to_folders(conn, Path(path).parent, PROJECT_ROOT / "seeds")

    def configure_cursor(self, cursor: Any) -> None:
        """Set the session variables that the macro `keyed_pseudonym` reads."""
        key = os.environ.get(KEY_VARIABLE)
        if not key:
            raise DbtRuntimeError(f"customers' pseudonyms need a secret key; set ${KEY_VARIABLE}, see .env.example")
        hand_over(key, cursor.execute)
