"""What is not wanted of dlt: settings looked up by itself, reports of its use, and time where it is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.rest.conftest import Api

LOAD = """
import sys
seen = []
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.mkdir", "os.scandir", "socket.getaddrinfo", "socket.connect"):
        seen.append(str(arguments))
sys.addaudithook(watch)
from dagster_project.landing import LandingZone
from dagster_project.source_config.rest import RestSource
from dagster_project.sources import rest
from dagster_project.sources.rest import session
session.FIRST_WAIT_SECONDS = 0
source = RestSource.model_validate({
    "name": "desk", "kind": "rest", "base_url": sys.argv[1], "resources": {"tickets": {"path": "tickets", "key": "id"}},
    "entities": {"teams": {"from": "tickets", "columns": {"team_id": "id"}}},
})
from pathlib import Path
rest.extract(source, LandingZone(Path(sys.argv[2])), check=lambda *_: None)
code = (".pyc", ".dist-info")
print(*(each for each in seen
        if not any(name in each for name in code) and any(name in each for name in (".dlt", "secrets", "dlthub"))),
      sep="\\n")
print(*{each for each in seen if each.startswith("(<socket") and "127.0.0.1" not in each}, sep="\\n")
"""


def test_dlt_reads_no_settings_of_its_own_and_asks_no_other_host(api: Api, tmp_path: Path) -> None:
    answers = iter([{"status": 500}, {"status": 500}])
    api.serve(lambda _: next(answers, {"status": 200, "body": [{"id": 1}]}))
    for folder in (tmp_path / "home" / ".dlt", tmp_path / "here" / ".dlt"):
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text("[runtime]\nrequest_max_attempts = 1\nlog_level = 'DEBUG'\n")
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "RUNTIME__REQUEST_MAX_ATTEMPTS": "1"}

    done = subprocess.run(
        [sys.executable, "-c", LOAD, f"{api.server.base_url}/", str(tmp_path / "landing")],
        cwd=tmp_path / "here",
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == ""
    assert len(api.server.asked) == 3


def test_dlt_is_not_loaded_before_an_api_is_read() -> None:
    loaded = "import sys; from dagster_project.sources import extraction; print('dlt' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
