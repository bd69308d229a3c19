"""New alerts are told once, and what could not be told is told later."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project import alerts
from dagster_project.notify import NOTIFY_VARIABLE
from dagster_project.warehouse import Workspace


class Listener:
    """Stands for the addresses: takes messages, or refuses them."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.accepts = True

    def __call__(self, title: str, body: str) -> bool:
        if self.accepts:
            self.messages.append((title, body))
        return self.accepts


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    listening = Listener()
    monkeypatch.setenv(NOTIFY_VARIABLE, "json://localhost")
    monkeypatch.setattr(alerts, "notify", listening)
    return listening


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "warehouse")
    made.create()
    return made


def version(folder: Path, *keys: str) -> Path:
    """Write a published version with an alert for each key, which begins with its severity."""
    file = folder / f"{len(list(folder.iterdir()))}.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema analysis")
        connection.execute(
            "create table analysis.alert as select key as alert_key, split_part(key, ' ', 1) as severity, "
            "'about ' || key as message, 'select 1' as numbers_query from (select unnest(?::text[]) as key)",
            [list(keys)],
        )
    return file


def test_each_alert_is_told_once_the_severe_ones_first(
    listener: Listener, workspace: Workspace, tmp_path: Path
) -> None:
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "low a", "high b")) == 2
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "low a", "high b")) == 0
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "high b", "medium c")) == 1
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "low a")) == 0, "one that comes back was told before"
    (first_title, first), (_, second) = listener.messages
    assert first_title == "Careloop: 2 new alerts"
    assert first.index("high: about high b") < first.index("low: about low a")
    assert "select 1" in first
    assert "medium: about medium c" in second
    assert "high b" not in second


def test_what_was_not_accepted_is_told_by_the_next_run(
    listener: Listener, workspace: Workspace, tmp_path: Path
) -> None:
    listener.accepts = False
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "high a")) == 0
    listener.accepts = True
    assert alerts.tell_new_alerts(workspace, version(tmp_path, "high a")) == 1


def test_a_message_stays_readable_and_says_how_many_it_leaves_out(
    listener: Listener, workspace: Workspace, tmp_path: Path
) -> None:
    assert alerts.tell_new_alerts(workspace, version(tmp_path, *(f"low {n:02}" for n in range(23)))) == 23
    ((title, body),) = listener.messages
    assert title == "Careloop: 23 new alerts"
    assert body.count("about low") == 20
    assert "and 3 more" in body


def test_where_nobody_listens_nothing_is_remembered_as_told(
    listener: Listener, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = version(tmp_path, "high a")
    monkeypatch.delenv(NOTIFY_VARIABLE)
    assert alerts.tell_new_alerts(workspace, file) == 0
    monkeypatch.setenv(NOTIFY_VARIABLE, "json://localhost")
    assert alerts.tell_new_alerts(workspace, file) == 1


def test_a_damaged_memory_is_an_error_that_names_the_file_and_says_what_to_do(
    listener: Listener, workspace: Workspace, tmp_path: Path
) -> None:
    workspace.told_alerts_file.write_text("[", encoding="utf-8")
    with pytest.raises(ValueError, match=r"told_alerts\.json: expected a JSON list of alert keys.*delete it"):
        alerts.tell_new_alerts(workspace, version(tmp_path, "high a"))
    assert listener.messages == []
