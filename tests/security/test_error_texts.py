"""What is told of an engine's error does not quote the data that it stumbled over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dagster_project import dbt_build
from dagster_project.config import Settings, load_settings
from dagster_project.error_texts import without_values
from dagster_project.warehouse import Workspace
from tests.companies import configuration, source

VALUE = "Jane Canary"


@pytest.mark.parametrize(
    "expression", [f"cast('{VALUE}' as integer)", f"error('{VALUE}')", f"strptime('{VALUE}', '%d')"]
)
def test_a_value_that_an_engine_quotes_is_cut_off(expression: str) -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as error:
        connection.execute(f"select {expression}")
    assert VALUE in str(error.value)
    for told in (str(error.value), f"Runtime Error in model typed_customers (typed_customers.sql)\n  {error.value}"):
        assert VALUE not in without_values(told)


def test_what_says_where_to_look_is_kept() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as error:
        connection.execute("select misspelt from (select 1 as spelt)")
    assert without_values(f"Runtime Error in model x (x.sql)\n  {error.value}").count("misspelt") > 0


def test_a_failed_node_of_the_build_tells_no_value(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Settings = load_settings(
        configuration(tmp_path, [source(tmp_path, "crm", {"customers": ["customer_id", "1"]})])
    )
    node = SimpleNamespace(unique_id="model.careloop.typed_customers", resource_type="model")
    message = f"Runtime Error in model typed_customers\n  Conversion Error: Could not convert string '{VALUE}' to INT32"
    failed = SimpleNamespace(node=node, status="error", execution_time=0.1, message=message, failures=None)
    monkeypatch.setattr(dbt_build, "_parsed", lambda *_: None)
    monkeypatch.setattr(dbt_build, "_invoke", lambda *_, **__: [failed])
    (result,) = dbt_build.build(
        settings, Workspace(tmp_path / "warehouse"), ["typed_customers"], progress=lambda _: None
    )
    assert result.failed
    assert "Conversion Error" in result.message
    assert VALUE not in result.message
