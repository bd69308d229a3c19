"""The company's dates and the effects planted in it: every number that later work should be able to find again.

What belongs here: parameters that SQL reads as variables and truth.json repeats. How they act is written in sql/.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Berlin")
START = datetime(2025, 1, 1, tzinfo=LOCAL)
STOP = datetime(2026, 7, 1, tzinfo=LOCAL)
EXPORTED_AT = datetime(2026, 7, 1, 4, tzinfo=UTC)
EXPORTED_BEFORE = {"agents_2025-12.csv": datetime(2026, 1, 1, 4, tzinfo=UTC)}
FEWEST_TICKETS = 500


def _seconds(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=LOCAL).timestamp())


DATES: dict[str, int] = {
    "start": int(START.timestamp()),
    "stop": int(STOP.timestamp()),
    "exported": int(EXPORTED_AT.timestamp()),
    "faster_from": _seconds(2025, 10, 1),
    "nothing_from": _seconds(2025, 11, 3),
    "calls_from": _seconds(2026, 2, 2),
    "training_from": _seconds(2026, 1, 20),
}

# What each effect does, and the value at which it does nothing.
EFFECTS: dict[str, tuple[float, float]] = {
    "faster_factor": (0.5, 1.0),  # times until the first answer of Technical Support
    "calls_factor": (0.8, 1.0),  # talking time on the phone
    "calls_satisfaction": (-0.5, 0.0),  # and what the haste costs, on the 1..5 scale
    "training_gain": (0.45, 0.0),  # satisfaction with those who took the course
    "hold_share": (0.6, 0.05),  # share of Logistics Care's tickets that wait on hold
    "hold_seconds": (144_000.0, 14_400.0),  # median of that wait
    "spike_extra": (2.2, 0.0),  # additional tickets per hour of an anomalous day
    "churn_after_bad": (0.38, 0.07),  # chance that a customer leaves after a bad last experience
    "churn_otherwise": (0.07, 0.07),
    "orders_lost": (0.5, 0.0),  # share of orders not placed within 90 days of bad service
}


def variables(*, tickets: int, seed: int, effects: bool) -> dict[str, Any]:
    """Return what the SQL scripts read with getvariable(); without `effects`, at the values that do nothing."""
    chosen = {name: planted if effects else neutral for name, (planted, neutral) in EFFECTS.items()}
    return {"tickets": tickets, "customers": tickets // 4, "seed": seed, **DATES, **chosen}
