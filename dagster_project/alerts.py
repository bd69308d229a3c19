"""Telling people of new alerts, each once, after the numbers behind them are published.

What was told is remembered in the workspace, and only when every address accepted it: what could not be sent is told
after the next run, and an alert that comes back, or comes again with a restored version, is not told again.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import duckdb

from dagster_project.notify import notify, somebody_listens
from dagster_project.warehouse.files import write_whole
from dagster_project.warehouse.workspace import Workspace

log = logging.getLogger("careloop")

SHOWN_ALERTS = 20  # one message has to stay readable


def tell_new_alerts(workspace: Workspace, database: Path) -> int:
    """Send one message with the alerts of a published version that were not told before.

    Args:
        workspace: where the told ones are remembered.
        database: the version's file.

    Returns:
        The number of alerts told; 0 where nobody listens or an address did not accept them.

    Raises:
        ValueError: what is remembered cannot be read.
    """
    if not somebody_listens():
        return 0
    told = _told(workspace.told_alerts_file)
    with duckdb.connect(str(database), read_only=True) as connection:
        alerts = connection.execute(
            "select alert_key, severity, message, numbers_query from analysis.alert "
            "order by array_position(['high', 'medium', 'low'], severity), alert_key"
        ).fetchall()
    new = [alert for alert in alerts if alert[0] not in told]
    if not new or not notify(f"Careloop: {len(new)} new alerts", _body(new)):
        return 0
    keys = sorted(told | {alert[0] for alert in new})
    write_whole(workspace.told_alerts_file, json.dumps(keys, ensure_ascii=False, indent=0) + "\n")
    return len(new)


def tell_or_warn(workspace: Workspace, database: Path) -> int:
    """Do what `tell_new_alerts` does; that it could not be done does not undo what is published."""
    try:
        return tell_new_alerts(workspace, database)
    except (OSError, ValueError, duckdb.Error) as error:
        log.warning("alerts are published but were not told: %s", error)
        return 0


def _told(file: Path) -> set[str]:
    if not file.exists():
        return set()
    try:
        return set(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{file}: expected a JSON list of alert keys, found something else ({error}); "
            "delete it, and all alerts in force are told again"
        ) from None


def _body(alerts: list[tuple[str, str, str, str]]) -> str:
    lines = [
        f"{severity}: {message}\n    {numbers_query}" for _, severity, message, numbers_query in alerts[:SHOWN_ALERTS]
    ]
    if len(alerts) > SHOWN_ALERTS:
        lines.append(f"and {len(alerts) - SHOWN_ALERTS} more: select severity, message from analysis.alert")
    return "\n".join([*lines, "", "Ask with `careloop query SQL`."])
