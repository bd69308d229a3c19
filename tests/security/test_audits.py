"""What `make audit` and `make secrets` let pass, and what not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.config import PROJECT_ROOT


def audited(folder: Path, *, writes: str, complains: str, exits: int) -> subprocess.CompletedProcess[str]:
    """Audit with a stand-in for pip-audit, which writes its findings where --output says."""
    stand_in = folder / "pip-audit"
    stand_in.write_text(
        "#!/usr/bin/env bash\n"
        'while [ "$1" != --output ]; do shift; done\n'
        f"printf '%s' '{writes}' > \"$2\"\nprintf '%s' '{complains}' >&2\nexit {exits}\n"
    )
    stand_in.chmod(0o700)
    return subprocess.run(
        [str(PROJECT_ROOT / ".ci" / "audit_dependencies"), str(stand_in)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("writes", "complains", "exits", "expected", "says"),
    [
        ("", "", 0, 0, "no known vulnerability"),
        ("typer 0.1 CVE-2026-1", "Found 1 known vulnerability", 1, 1, "CVE-2026-1"),
        ("", "requests.exceptions.ConnectionError: no route", 1, 0, "NOT audited"),
        ("", "ERROR: requirements.lock cannot be read", 1, 1, "cannot be read"),
    ],
)
def test_a_vulnerability_fails_and_an_unreachable_service_is_said(
    tmp_path: Path, writes: str, complains: str, exits: int, expected: int, says: str
) -> None:
    result = audited(tmp_path, writes=writes, complains=complains, exits=exits)
    assert result.returncode == expected
    assert says in result.stdout


def test_a_secret_in_a_file_is_found(tmp_path: Path) -> None:
    leaked = tmp_path / "settings.py"
    leaked.write_text('github = "ghp_' + "a1B2" * 9 + '"\n')
    hook = str(Path(sys.executable).with_name("detect-secrets-hook"))
    result = subprocess.run([hook, str(leaked)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert "settings.py:1" in result.stdout
