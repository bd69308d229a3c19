"""Tickets of the sample live coherent lives: their events are in order and agree with what the helpdesk shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .conftest import german, queue

STOP = datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_every_ticket_has_events_and_begins_with_its_creation_by_whoever_opened_it(company: Any) -> None:
    openers = {"Kunde": "customer", "Mitarbeiter": "agent", "Bot": "bot", "System": "system"}
    assert company.events.keys() == company.tickets.keys()
    for number, row in company.tickets.items():
        first = company.events[number][0]
        assert (first.type, first.at, first.actor) == (
            "created",
            german(row["Erstellt"]),
            openers[row["Eröffnet durch"]],
        )


def test_each_change_of_status_team_or_assignee_starts_where_the_last_one_ended(company: Any) -> None:
    for number, events in company.events.items():
        for kind, value in (("status_changed", "New"), ("team_changed", None), ("assigned", None)):
            for event in (event for event in events if event.type == kind):
                assert event.old == value, (number, event)
                assert event.new != value, (number, event)
                value = event.new


def test_the_snapshot_shows_what_the_last_events_say(company: Any) -> None:
    for number, row in company.tickets.items():
        last = {event.type: event.new for event in company.events[number]}
        assert row["Status"] == last.get("status_changed", "New")
        assert (row["Bearbeiter"] or None) == last.get("assigned")
        assert row["Team"] == last["team_changed"]
        assert row["Priorität"] == last.get("priority_changed", row["Priorität"])
        assert row["Kategorie"] == last.get("category_changed", row["Kategorie"])
        assert 0 <= (german(row["Geändert"]) - company.events[number][-1].at).total_seconds() <= 7200
        assert not row["Zusammengeführt mit"] or last["merged"] == row["Zusammengeführt mit"]


def test_nothing_happens_after_the_last_day_or_by_people_who_are_not_there(company: Any) -> None:
    people = {
        row["Kürzel"]: (german(row["Eintritt"] + " 00:00:00"), row["Austritt"])
        for row in company.csv("helpdesk/agents.csv", ";", "cp1252")
    }
    for number, events in company.events.items():
        for event in events:
            assert event.at < STOP
            if event.actor == "agent" and event.actor_id:
                hired, left = people[event.actor_id]
                assert hired <= event.at, (number, event)
                assert not left or event.at < german(left + " 23:59:59"), (number, event)


def test_live_contacts_are_answered_or_abandoned_after_they_queued(company: Any) -> None:
    live = [row for row in company.tickets.values() if row["In Warteschlange"]]
    assert {row["Kanal"] for row in live} == {"Telefon", "Chat"}
    for row in live:
        queued, answered, abandoned = queue(row)
        assert (answered is None) != (abandoned is None)
        assert queued < (answered or abandoned)
        assert bool(answered) == bool(row["Gespräch (s)"])


def test_the_kinds_of_tickets_that_later_work_needs_are_there(company: Any) -> None:
    texts = {event.type for events in company.events.values() for event in events}
    assert texts >= {"note", "escalated", "bot_handover", "merged", "priority_changed", "category_changed", "other"}
    by_opener = {row["Eröffnet durch"] for row in company.tickets.values()}
    assert by_opener == {"Kunde", "Mitarbeiter", "Bot", "System"}
    assert any(row["Kunde"].startswith("C-GONE-") for row in company.tickets.values())
    silent = [
        number
        for number, events in company.events.items()
        if any(event.new == "Solved" for event in events)
        and not any(event.type == "message" and event.actor in ("agent", "bot") for event in events)
    ]
    assert len(silent) > 50
