"""What is refused on Spark leaves readers what they had, and says why in a user's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.companies import careloop
from tests.integration.test_job import JANUARY, company, everything_published, last_run, month
from tests.scale.runs import HUNG_AFTER_SECONDS, start_on_spark

pytestmark = pytest.mark.scale
LINKS = ("careloop.duckdb", "export", "report")


def test_a_failed_gate_publishes_nothing(tmp_path: Path) -> None:
    config = company(tmp_path, JANUARY)
    assert careloop("run", config=config).returncode == 0
    links = [(tmp_path / "warehouse" / name).readlink() for name in LINKS]
    before = everything_published(tmp_path)
    # Twenty good rows and five bad ones: a fifth is quarantined where 5 % is allowed.
    month(tmp_path, 1, [f"B{n},c1,never,email,Open," for n in range(5)])
    with start_on_spark(config, "local[2]") as run:
        summary, words = run.communicate(timeout=HUNG_AFTER_SECONDS)
    assert run.returncode == 3, words[-6000:]
    assert "quarantined_rate" in words
    assert "Traceback" not in words
    assert summary == ""
    assert everything_published(tmp_path) == before
    assert [(tmp_path / "warehouse" / name).readlink() for name in LINKS] == links
    assert last_run(tmp_path)["status"] == "refused"
    assert last_run(tmp_path)["rows_quarantined"] == 5

    # Whoever looks for the rows is led to them.
    shown = careloop("quarantine", "show", "tickets", config=config)
    assert shown.returncode == 1
    (folder,) = [word for word in shown.stderr.split() if "personal.db" in word]
    assert list(Path(folder).glob("*.parquet"))
