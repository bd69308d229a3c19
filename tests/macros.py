"""Macros of the dbt project without dbt, for tests of a single expression: as an engine's SQL, in a second less."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import jinja2

from dagster_project.config import PROJECT_ROOT

MACROS = PROJECT_ROOT / "dbt_project" / "macros"


def rendered(call: str, *files: str, engine: str = "duckdb") -> str:
    """Render the call of a macro that stands in one of the named files below macros/."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    source = "".join((MACROS / file).read_text(encoding="utf-8") for file in files) + "{{ " + call + " }}"

    def dispatch(name: str) -> Any:
        return getattr(template.module, f"{engine}__{name}")

    environment.globals.update(
        {
            "adapter": SimpleNamespace(dispatch=dispatch),
            "modules": SimpleNamespace(re=re),
            "return": lambda value: value,
        }
    )
    definitions = source.rpartition("{{ ")[0]
    template = environment.from_string(definitions)
    return environment.from_string(source).render().strip()
