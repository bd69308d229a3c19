"""The log of a run: JSON lines that bear the run, for as long as it goes on."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from dagster_project.run_log import written_to


def test_each_event_is_a_line_of_json_with_instant_run_level_and_message(tmp_path: Path) -> None:
    log, file = logging.getLogger("careloop"), tmp_path / "run.jsonl"
    with written_to(file, "run-1"):
        log.info("landed %s: %d rows", 'a "file"\nof two lines', 3)
        log.debug("too small to tell")
        try:
            raise ValueError("why")
        except ValueError:
            log.exception("it failed")
    log.warning("after the run")
    first, second = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert first.pop("at").endswith("+00:00")
    assert first == {"run": "run-1", "level": "info", "message": 'landed a "file"\nof two lines: 3 rows'}
    assert (second["level"], second["message"]) == ("error", "it failed")
    assert second["error"].endswith("ValueError: why")
