"""What dbt-duckdb calls for each of its cursors, as profiles.yml says: it hands over the key of pseudonyms.

The key travels in the environment, for dbt would write it down wherever else it could stand.
"""

from __future__ import annotations

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from dagster_project.pseudonyms import KEY_VARIABLE, hand_over


class Plugin(BasePlugin):
    """Named so because dbt-duckdb looks for this name."""

    def configure_cursor(self, cursor: Any) -> None:
        """Set the session variables that the macro `keyed_pseudonym` reads."""
        key = os.environ.get(KEY_VARIABLE)
        if not key:
            raise DbtRuntimeError(f"customers' pseudonyms need a secret key; set ${KEY_VARIABLE}, see .env.example")
        hand_over(key, cursor.execute)
