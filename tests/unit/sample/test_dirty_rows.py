"""Every dirty row that the truth names is in the files, and nothing else is dirty."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import duckdb
import openpyxl
import pytest

from dagster_project.sample.truth import CLEAN

EXPECTED = {
    "customers": {"required value missing", "not an instant", "before 1990", "in the future of the extraction",
                  "undecodable bytes", "NUL character", "missing field", "unclosed quote", "older version",
                  "exact copy"},
    "orders": {"required value missing", "before 1990", "in the future of the extraction", "exact copy"},
    "usage_events": {"required value missing", "not an instant", "before 1990", "in the future of the extraction",
                     "exact copy"},
    "tickets": {"required value missing", "unknown value", "not an instant", "not a number", "not a boolean",
                "before 1990", "in the future of the extraction", "local time that does not exist",
                "local time that occurs twice", "older version", "exact copy"},
    "ticket_events": {"required value missing", "unknown value", "not an instant", "not a boolean", "before 1990",
                      "in the future of the extraction", "before its ticket", "orphaned reference",
                      "text over the size limit", "NUL character", "broken JSON", "exact copy"},
    "agents": {"not an integer", "older version", "exact copy"},
    "teams": set(),
    "survey_invitations": {"required value missing", "not an instant", "not a boolean", "before 1990",
                           "in the future of the extraction", "exact copy"},
    "survey_responses": {"not an instant", "not a number", "before 1990", "in the future of the extraction",
                         "orphaned reference", "exact copy"},
    "social_posts": {"required value missing", "not an instant", "not a number", "not a boolean", "before 1990",
                     "in the future of the extraction", "text over the size limit", "NUL character",
                     "undecodable bytes", "broken JSON", "exact copy"},
    "self_service_sessions": {"required value missing", "unknown value", "not an instant", "not a boolean",
                              "before 1990", "in the future of the extraction", "missing field", "exact copy"},
    "articles": {"not an instant", "older version", "exact copy"},
    "employee_feedback": {"required value missing", "not an instant", "not a number",
                          "in the future of the extraction", "exact copy"},
    "trainings": {"not an instant", "orphaned reference"},
    "initiatives": set(),
    "market_benchmarks": set(),
}  # fmt: skip


@pytest.mark.parametrize("entity", CLEAN)
def test_each_entity_has_the_kinds_of_dirty_rows_it_can_have_and_few_of_each(company: Any, entity: str) -> None:
    account = company.truth["entities"][entity]
    assert set(account["by_reason"]) == EXPECTED[entity]
    assert all(row["rows"] >= 1 and row["keys"] for row in account["by_reason"].values())
    assert account["extracted"] == sum(account[name] for name in ("accepted", "quarantined", "superseded", "duplicate"))
    if account["clean"] > 5000:
        assert account["quarantined"] < 0.01 * account["extracted"]


def added(company: Any, entity: str) -> dict[str, int]:
    names = ("clean", "quarantined", "superseded", "duplicate", "rejected")
    return {name: company.truth["entities"][entity][name] for name in names}


def test_ticket_files_hold_the_rows_that_the_truth_counts(company: Any) -> None:
    expected = added(company, "tickets")
    keys = Counter(row["Ticketnummer"] for row in company.ticket_rows)
    codes = Counter(key.split("-")[1] for key in keys if key.startswith("DIRTY-"))
    assert len([key for key in keys if not key.startswith("DIRTY-")]) == expected["clean"] == 20_000
    assert codes.total() - codes["TWICE"] == expected["quarantined"]
    assert sum(count - 1 for count in keys.values()) == expected["superseded"] + expected["duplicate"]
    copies = Counter(tuple(sorted(row.items())) for row in company.ticket_rows)
    assert sum(count - 1 for count in copies.values()) == expected["duplicate"]
    texts = {row["Erstellt"] for row in company.ticket_rows if row["Ticketnummer"].startswith("DIRTY-")}
    assert {"31.02.2026 10:00:00", "30.03.2025 02:30:00", "26.10.2025 02:30:00", "01.01.1970 01:00:00"} <= texts


def test_event_files_hold_the_lines_that_the_truth_counts(company: Any) -> None:
    expected = added(company, "ticket_events")
    keys: Counter[str] = Counter()
    broken = 0
    longest = 0
    for line in company.event_lines:
        try:
            row = json.loads(line)
        except ValueError:
            broken += 1
            continue
        keys[row["id"]] += 1
        longest = max(longest, len(row["body"] or ""))
    assert broken == expected["rejected"]
    assert sum(key.startswith("DIRTY-") for key in keys) == expected["quarantined"]
    assert sum(count - 1 for count in keys.values()) == expected["duplicate"]
    assert sum(not key.startswith("DIRTY-") for key in keys) == expected["clean"]
    assert longest > 1_000_000
    assert expected["clean"] / 20_000 > 9, "a ticket has about ten events"


def test_wide_rows_give_the_invitations_and_answers_that_the_truth_counts(company: Any) -> None:
    rows = company.csv("voice/questionnaires.tsv", "\t")
    questions = [
        "Overall",
        "Speed",
        "Quality",
        "ProblemSolving",
        "Attitude",
        "Knowledge",
        "Recommend",
        "Effort",
        "Comment",
    ]
    truth = company.truth["entities"]
    assert truth["survey_invitations"]["extracted"] == sum(row["AnswerNo"] == "1" for row in rows)
    assert truth["survey_responses"]["extracted"] == sum(row[name] != "NA" for row in rows for name in questions)


def test_other_files_hold_the_rows_that_the_truth_counts(company: Any) -> None:
    truth = company.truth["entities"]
    assert len(company.csv("portal/sessions.csv")) == truth["self_service_sessions"]["extracted"]
    assert len(company.csv("portal/articles.csv")) == truth["articles"]["extracted"]
    assert len(company.csv("hr/trainings.csv")) == truth["trainings"]["extracted"]
    agents = [company.csv(f"helpdesk/{name}.csv", ";", "cp1252") for name in ("agents", "agents_2025-12")]
    assert sum(map(len, agents)) == truth["agents"]["extracted"]
    assert len(agents[1]) == truth["agents"]["superseded"]
    sheet = openpyxl.load_workbook(company.folder / "hr" / "employee_feedback.xlsx")["Remarks"]
    assert sheet.max_row - 1 == truth["employee_feedback"]["extracted"]
    for entity, path in (("orders", "orders.parquet"), ("usage_events", "usage_events.csv.gz")):
        assert duckdb.execute(f"select count(*) from '{company.folder}/crm/{path}'").fetchall() == [
            (truth[entity]["extracted"],)
        ]


def test_lines_that_no_writer_produces_stand_at_the_end_of_their_files(company: Any) -> None:
    customers = (company.folder / "crm" / "customers.csv").read_bytes().splitlines()[-4:]
    assert b"\xff\xfe" in customers[0]
    assert b"\x00" in customers[1]
    assert customers[2].count(b",") == 2
    assert customers[3].count(b'"') == 1
    # these four beside what can be parsed: two of them fit the contract's shape, two are no rows at all
    parsed = len(company.csv("crm/customers.csv"))
    assert parsed + 2 == company.truth["entities"]["customers"]["extracted"]
    assert company.truth["entities"]["customers"]["rejected_by_file"] == {"crm/customers.csv": {"rows": 2}}
    posts = (company.folder / "voice" / "posts.jsonl").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        posts.decode()
    assert b"\\u0000" in posts + (company.folder / "voice" / "posts_weixun.jsonl").read_bytes()
