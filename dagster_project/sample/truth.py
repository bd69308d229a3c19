"""truth.json: what is in a sample, for tests: figures, planted effects with their parameters, and dirty rows.

What belongs here: gathering, the account of each entity's rows, and writing. Figures are in figures.py, effects in
effects.py.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.sample import effects as planted
from dagster_project.sample import figures
from dagster_project.sample.parameters import EXPORTED_AT, LOCAL, START, STOP
from dagster_project.sample.rows import by, one

FILE = "truth.json"
TRUTH_SQL = Path(__file__).parent / "sql" / "truth.sql"

# What of each entity is true, as a relation that has one row for each.
CLEAN = {
    "customers": "clean_customers",
    "orders": "clean_orders",
    "usage_events": "clean_usage_events",
    "tickets": "clean_tickets",
    "ticket_events": "event",
    "agents": "clean_agents",
    "teams": "clean_teams",
    "survey_invitations": "questionnaire where answer_no = 1",
    "survey_responses": "(unpivot clean_questionnaires on"
    ' "Overall", "Speed", "Quality", "ProblemSolving", "Attitude", "Knowledge", "Recommend", "Effort", "Comment")',
    "social_posts": "clean_social_posts",
    "self_service_sessions": "clean_sessions",
    "articles": "clean_articles",
    "employee_feedback": "clean_remarks",
    "trainings": "clean_trainings",
    "initiatives": "clean_initiatives",
    "market_benchmarks": "clean_market_benchmarks",
}


def write(con: duckdb.DuckDBPyConnection, folder: Path, *, tickets: int, seed: int, effects: bool) -> None:
    """Write truth.json into `folder`, after the export has filled the ledger of dirty rows."""
    con.execute(TRUTH_SQL.read_text(encoding="utf-8"))
    document = {
        "about": "What is in this sample. Made by dagster_project.sample; definitions: the KPI dictionary.",
        "made_from": {"tickets": tickets, "seed": seed, "effects": effects},
        "company": {
            "time_zone": str(LOCAL),
            "starts_at": _iso(START),
            "ends_at": _iso(STOP),
            "exported_at": _iso(EXPORTED_AT),
            **one(con, "iso(getvariable('as_of')) as as_of", "(select 1)"),
        },
        "figures": figures.describe(con),
        "effects": planted.describe(con, effects=effects),
        "entities": {entity: _account(con, entity, clean) for entity, clean in CLEAN.items()},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _account(con: duckdb.DuckDBPyConnection, entity: str, clean: str) -> dict[str, Any]:
    """Count an entity's rows: what is true, what was added to it, and what the warehouse should make of that.

    A row with two defects counts once under its outcome, and under both reasons.
    """
    true_rows = one(con, "count(*) as n", clean)["n"]
    of_entity = f"(from ledger where entity = '{entity}')"
    outcomes = f"{of_entity} join (select distinct code, outcome from defect) using (code)"
    added = {outcome: row["n"] for outcome, row in by(con, "outcome", "sum(rows)::int as n", outcomes).items()}
    accepted = true_rows + added.get("accepted", 0)
    counts = {outcome: added.get(outcome, 0) for outcome in ("quarantined", "superseded", "duplicate")}
    return {
        "clean": true_rows,
        "extracted": accepted + sum(counts.values()),
        "accepted": accepted,
        **counts,
        "rejected": added.get("rejected", 0),
        "by_reason": by(
            con,
            "reason",
            "min(outcome) as outcome, sum(rows)::int as rows, list(distinct key order by key)[:5] as keys",
            f"{of_entity} join defect using (code)",
        ),
        "rejected_by_file": by(con, "file", "sum(rows)::int as rows", f"{outcomes} where outcome = 'rejected'"),
    }
