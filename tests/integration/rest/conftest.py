"""An API made of a function, and a source of kind `rest` that reads it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dagster_project.landing import LINEAGE, Batch, LandingZone
from dagster_project.source_config.rest import RestSource
from dagster_project.sources.preview import Preview
from dagster_project.sources.rest import extract, preview
from tests.replay import Asked, Replay, no_long_waits, replaying

Respond = Callable[[Asked], dict[str, Any]]
TICKETS: dict[str, Any] = {"path": "tickets", "key": "id"}


class Api:
    """A server that answers as a function says, and a landing zone."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.folder = folder
        self.zone = LandingZone(folder / "landing")
        self.server = Replay([])

    def serve(self, respond: Respond) -> Replay:
        """Start a server; the first one is what sources read."""
        server = self._stack.enter_context(replaying(respond))
        if not self.server.base_url:
            self.server = server
        return server

    def source(self, resources: dict[str, Any] | None = None, *, name: str = "desk", **settings: Any) -> RestSource:
        resources = resources or {"tickets": TICKETS}
        mapping = {"from": next(iter(resources)), "columns": {"team_id": "id"}}
        described = {"name": name, "kind": "rest", "base_url": f"{self.server.base_url}/", **settings}
        return RestSource.model_validate({**described, "resources": resources, "entities": {"teams": mapping}})

    def load(self, resources: dict[str, Any] | None = None, **settings: Any) -> list[Batch]:
        return extract(self.source(resources, **settings), self.zone, check=lambda *_: None)

    def look(self, resources: dict[str, Any] | None = None, **settings: Any) -> list[Preview]:
        return preview(self.source(resources, **settings), self.zone)

    def rows(self, stream: str = "tickets", *, name: str = "desk") -> list[dict[str, str]]:
        """Give all landed rows in the order of loads, without lineage and what is NULL."""
        found = []
        numbered = [(it.manifest.live.sequence, it) for it in self.zone.batches(name, stream) if it.manifest.live]
        for _, batch in sorted(numbered, key=lambda each: each[0]):
            for row in pq.read_table(batch.folder / "part-00000.parquet").to_pylist():
                found.append({key: value for key, value in row.items() if key not in LINEAGE and value is not None})
        return found

    def landed_bytes(self) -> bytes:
        """Give all that is in the landing zone, decompressed."""
        texts = [str(pq.read_table(path).to_pylist()) for path in sorted(self.folder.rglob("*.parquet"))]
        texts += [path.read_text("utf-8") for path in sorted(self.folder.rglob("*.json"))]
        return "\n".join([*texts, *map(str, self.folder.rglob("*"))]).encode()


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Api]:
    no_long_waits(monkeypatch)
    caplog.set_level(logging.DEBUG)
    with ExitStack() as stack:
        yield Api(tmp_path, stack)
