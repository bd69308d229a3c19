"""What SQL Server would be asked. None can be run here: its statements are read as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.sql.sqlserver import SQLServer
from dagster_project.sources.sql.statements import Statements

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
COLUMNS = [
    ("id", "int"),
    ("at", "datetime2(7)"),
    ("seen", "datetimeoffset(7)"),
    ("day", "date"),
    ("at_time", "time(7)"),
    ("amount", "decimal(12,2)"),
    ("version", "timestamp"),
    ("Is Spam", "bit"),
]


class Answer(list[Any]):
    def mappings(self) -> list[dict[str, Any]]:
        return [{"name": name, "system_type_name": kind} for name, kind in self]

    def scalar_one(self) -> Any:
        return self[0]


class Server:
    """Stands for a connection: remembers what it is asked, and answers what it was told to."""

    dialect = mssql.dialect()

    def __init__(self, *answers: list[Any]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def execute(self, statement: Any, parameters: Any = None) -> Answer:
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": parameters is None})
        self.asked.append(" ".join(str(compiled).split()) + (f" {parameters}" if parameters else ""))
        return Answer(self._answers.pop(0))

    def exec_driver_sql(self, statement: str) -> None:
        self.asked.append(statement)

    def rollback(self) -> None:
        self.asked.append("rollback")


def statements(server: Server, **stream: Any) -> Statements:
    columns = {"ticket_id": "id", "customer_id": "id", "created_at": "at"}
    source = SqlSource.model_validate(
        {
            "name": "crm",
            "kind": "sql",
            "url_variable": "CRM_URL",
            "time_zone": "Europe/Berlin",
            "tables": {"tickets": {"key": "id", **stream}},
            "entities": {"tickets": {"from": "tickets", "columns": columns}},
        }
    )
    connection: Any = server
    return Statements(source, "tickets", SQLServer(), connection)


@pytest.mark.parametrize(("state", "level"), [(1, "snapshot"), (0, "read committed")])
def test_it_is_read_in_a_snapshot_where_the_database_allows_them(state: int, level: str) -> None:
    server = Server([state])
    connection: Any = server
    SQLServer().begin(connection)
    assert server.asked == [
        "select snapshot_isolation_state from sys.databases where database_id = db_id()",
        "rollback",
        f"set transaction isolation level {level}",
    ]


def test_columns_are_asked_of_the_server_and_instants_made_text_there() -> None:
    server = Server(COLUMNS)
    found = statements(server, table="dbo.Tickets")
    assert server.asked == [
        "exec sp_describe_first_result_set @tsql = :statement {'statement': 'SELECT * \\nFROM dbo.[Tickets]'}"
    ]
    assert [column.kind for column in found.columns][:3] == ["int", "datetime2", "datetimeoffset"]
    compiled = found.rows(found.columns).compile(dialect=Server.dialect, compile_kwargs={"literal_binds": True})
    assert " ".join(str(compiled).split()) == (
        "SELECT id AS id, convert(varchar(27), at, 126) AS at, "
        "convert(varchar(27), convert(datetime2(7), switchoffset(seen, '+00:00')), 126) + '+00:00' AS seen, "
        "CAST(day AS VARCHAR(16)) AS day, CAST(at_time AS VARCHAR(16)) AS at_time, amount AS amount, "
        "version AS version, [Is Spam] AS [Is Spam] FROM dbo.[Tickets]"
    )


def test_rows_from_the_cursor_on_are_asked_for_and_those_without_one() -> None:
    newest = datetime(2026, 7, 1, 11)  # noqa: DTZ001 - a database's local time
    server = Server(COLUMNS, [newest], [7])
    found = statements(server, table="tickets", cursor={"column": "at", "lag_minutes": 60})
    reach = found.reach("2026-07-01T10:00:00", NOON)
    assert reach.cursor == "2026-07-01T11:00:00"
    assert found.count(reach.low) == 7
    assert server.asked[1:] == [
        # Noon in UTC is two hours later on the clocks of Berlin.
        "SELECT max(at) AS max_1 FROM tickets WHERE at <= '2026-07-01 14:00:00'",
        "SELECT count(*) AS count_1 FROM tickets WHERE at >= '2026-07-01 09:00:00' OR at IS NULL",
    ]


def test_a_query_is_read_as_it_stands() -> None:
    server = Server([("id", "int")])
    found = statements(server, query="select id from tickets where subject like '%:x%' -- all;")
    assert isinstance(found.rows(found.keys), sa.Select)
    compiled = str(found.rows(found.keys).compile(dialect=Server.dialect))
    assert "FROM (\nselect id from tickets where subject like '%:x%' -- all\n) as source_rows" in compiled
