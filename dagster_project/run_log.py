"""The log of a run: one file of JSON lines a run, `<workspace>/logs/<run>.jsonl`, for people and log collectors alike.

What belongs here: its shape. What is worth a line is said where it happens, to the logger `careloop`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


@contextmanager
def written_to(file: Path, run: str) -> Iterator[None]:
    """Write what is logged inside a `with` block to a file, from level INFO up."""
    logger = logging.getLogger("careloop")
    level_before = logger.level
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setLevel(logging.INFO)
    handler.setFormatter(_JsonLines(run))
    # Left alone, a process that sets up no logging would hear warnings only.
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level_before)
        handler.close()


class _JsonLines(logging.Formatter):
    """`at` (UTC), `run`, `level`, `message`, and `error` with the stack where one was logged."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "run": self._run,
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
