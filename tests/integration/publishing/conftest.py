from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.warehouse import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "warehouse", memory_limit="500MB")
    workspace.create()
    return workspace
