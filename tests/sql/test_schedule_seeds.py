"""Schedules that nobody can keep fail a test whose name says why, before anything is counted by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.business_time import Schedule, built, compiled, seeded

RULES = [{"position": 1, "schedule": "s", "channel": "phone"}, {"position": 2, "schedule": "s"}]
NINE_TO_FIVE = [(1, "09:00", "17:00"), (7, "22:00", "09:00"), (3, "00:00", "24:00")]


def only(*rows: tuple[int, str, str], zone: str = "Europe/Berlin") -> list[Schedule]:
    return [Schedule("s", zone, list(rows))]


GOOD = only(*NINE_TO_FIVE)


def test_no_test_on_the_seeds_fails_on_good_ones() -> None:
    assert failing(GOOD, RULES) == set()


@pytest.mark.parametrize(
    ("name", "schedules", "rules"),
    [
        ("the_time_zone_of_every_schedule_is_known", only(*NINE_TO_FIVE, zone="Europe/Bonn"), RULES),
        ("every_schedule_has_opening_hours", [*GOOD, Schedule("idle", "UTC", [])], RULES),
        ("is_key_schedules_schedule", [*GOOD, Schedule("s", "UTC", [])], RULES),
        ("schedule_hours_are_written_hh_mm", only((1, "9:00", "17:00")), RULES),
        ("schedule_hours_are_written_hh_mm", only((1, "09:00", "17:60")), RULES),
        ("schedule_hours_are_written_hh_mm", only((1, "24:00", "17:00")), RULES),
        ("schedule_hours_are_written_hh_mm", only((1, "09:00", "24:01")), RULES),
        ("schedule_hours_name_weekdays_from_1_to_7", only((0, "09:00", "17:00")), RULES),
        ("schedule_hours_do_not_overlap", only((1, "09:00", "12:00"), (1, "11:59", "17:00")), RULES),
        ("schedule_hours_do_not_overlap", only((1, "22:00", "09:00"), (2, "08:00", "17:00")), RULES),
        ("schedule_hours_do_not_overlap", only((7, "22:00", "09:00"), (1, "08:00", "17:00")), RULES),
        ("schedule_rules_name_known_schedules", GOOD, [{"position": 1, "schedule": "other"}]),
        ("schedule_rules_name_known_channels", GOOD, [{**RULES[0], "channel": "telephone"}, RULES[1]]),
        ("is_key_schedule_rules_position", GOOD, [{**RULES[0], "position": 2}, RULES[1]]),
        ("only_the_last_schedule_rule_catches_all", GOOD, RULES[:1]),
        ("only_the_last_schedule_rule_catches_all", GOOD, []),
        ("only_the_last_schedule_rule_catches_all", GOOD, [*RULES, {"position": 3, "schedule": "s", "team": "t"}]),
        ("only_the_last_schedule_rule_catches_all", GOOD, [*RULES, {"position": 3, "schedule": "s"}]),
    ],
)
def test_a_bad_seed_fails_the_test_that_says_why(
    name: str, schedules: list[Schedule], rules: list[dict[str, Any]]
) -> None:
    assert name in failing(schedules, rules)


def failing(schedules: list[Schedule], rules: list[dict[str, Any]]) -> set[str]:
    """Names of the tests on the seeds that find a row."""
    with seeded(schedules, rules) as connection:
        on_seeds = {name: sql for name, sql in compiled().tests.items() if '."intermediate".' not in sql}
        return {name for name, sql in on_seeds.items() if connection.execute(sql).fetchall()}


def test_a_day_with_more_segments_than_the_calendar_holds_fails_the_test_that_says_so() -> None:
    nine = only(*((1, f"{hour:02}:00", f"{hour:02}:30") for hour in range(9, 18)))
    name = "no_day_has_more_open_segments_than_the_calendar_holds"
    with built(nine, datetime.fromisoformat("2025-07-07"), datetime.fromisoformat("2025-07-08")) as connection:
        assert connection.execute(compiled().tests[name]).fetchall()
    with built(
        only(*nine[0].hours[:8]), datetime.fromisoformat("2025-07-07"), datetime.fromisoformat("2025-07-08")
    ) as connection:
        assert not connection.execute(compiled().tests[name]).fetchall()
