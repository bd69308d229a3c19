"""The named dbt unit tests beside the models, which runs leave out, by a dbt command given by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dagster_project.config import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"


def test_every_dbt_unit_test_passes(hand_worked_workspace: Path, tmp_path: Path) -> None:
    declared = [
        test["name"]
        for path in DBT_PROJECT.rglob("models/**/*.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", [])
    ]
    result = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "test", "--select", "test_type:unit"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CARELOOP_BUILD_FILE": str(hand_worked_workspace / "build.duckdb")},
    )
    assert result.returncode == 0, result.stdout
    assert len(declared) >= 5
    for name in declared:
        assert f"PASS int_{name}" in result.stdout or f"::{name}" in result.stdout


@pytest.mark.usefixtures("hand_worked_workspace")
def test_a_build_in_this_process_leaves_none_of_its_settings_to_a_command_started_from_it() -> None:
    read = re.findall(r"env_var\('(\w+)'", (DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    assert "CARELOOP_MEMORY_LIMIT" in read
    assert not set(read) & set(os.environ)
