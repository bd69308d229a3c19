"""The files for a server say what they must: nothing but the loopback interface is open, no secret stands in them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from dagster_project.config import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
INSTANCE: dict[str, Any] = yaml.safe_load((DEPLOY / "dagster.yaml").read_text(encoding="utf-8"))


def test_web_server_daemon_and_storage_are_services_that_are_asked_for_their_health() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "webserver", "daemon"}
    assert all("healthcheck" in service for service in COMPOSE["services"].values())


def test_only_the_web_server_is_reachable_and_only_from_this_machine() -> None:
    ports = {name: service.get("ports", []) for name, service in COMPOSE["services"].items()}
    assert ports == {"postgres": [], "webserver": ["127.0.0.1:3000:3000"], "daemon": []}


def test_passwords_come_from_the_environment() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value.startswith("${POSTGRES_PASSWORD:?")
            assert "://" not in value or "${POSTGRES_PASSWORD:?" in value
    assert INSTANCE["storage"]["postgres"]["postgres_url"] == {"env": "DAGSTER_POSTGRES_URL"}


def test_the_web_server_answers_what_its_health_check_asks(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    *_, asks = COMPOSE["services"]["webserver"]["healthcheck"]["test"]
    check = [sys.executable, "-c", asks.replace(":3000/", f":{port}/")]
    assert subprocess.run(check, capture_output=True).returncode != 0
    server = str(Path(sys.executable).with_name("dagster-webserver"))
    with subprocess.Popen(
        [server, "--empty-workspace", "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            while subprocess.run(check, capture_output=True).returncode != 0:
                assert running.poll() is None
                time.sleep(0.5)
        finally:
            running.terminate()


def test_a_run_has_the_time_to_stop_that_it_needs() -> None:
    assert COMPOSE["services"]["daemon"]["stop_grace_period"] == "15s"


def test_the_image_holds_every_file_of_the_project_that_a_run_reads() -> None:
    copied = {
        line.split()[1] for line in (DEPLOY / "Containerfile").read_text().splitlines() if line.startswith("COPY")
    }
    assert {"dagster_project", "dbt_project", "expectations", "seeds", "deploy/dagster.yaml"} <= copied
    assert all((PROJECT_ROOT / name).exists() for name in copied)


def test_the_image_installs_nothing_that_is_not_locked() -> None:
    installed = re.findall(r"pip install .*", (DEPLOY / "Containerfile").read_text())
    assert len(installed) == 2
    assert all("--no-deps" in line and ("--require-hashes" in line or "--editable ." in line) for line in installed)
    assert "\ndagster-postgres==" in (PROJECT_ROOT / "requirements.lock").read_text()


def test_the_servers_instance_is_the_local_one_but_for_its_storage() -> None:
    local = yaml.safe_load((PROJECT_ROOT / "dagster_project" / "dagster.yaml").read_text(encoding="utf-8"))
    del local["event_log_storage"], INSTANCE["storage"]
    assert local == INSTANCE
