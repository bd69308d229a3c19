"""The queries of docs/sql-recipes.md, for the tests that they hold and the benchmark that times them."""

from __future__ import annotations

import re

from dagster_project.config import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "sql-recipes.md").read_text(encoding="utf-8")
_RECIPE = re.compile(r"^### (?P<question>\d+\. .+?)\n(?P<words>.*?)```sql\n(?P<sql>.*?)```$", re.DOTALL | re.MULTILINE)
RECIPES = {match["question"]: match for match in _RECIPE.finditer(PAGE)}
"""Question → its match, with the groups `question`, `words` and `sql`."""
