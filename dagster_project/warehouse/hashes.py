"""`SHA256SUMS`: the hashes of a version's exports, beside them, as `sha256sum --check` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dagster_project.warehouse.files import write_whole

_FILE_NAME = "SHA256SUMS"


def write_hashes(folder: Path, hashes: Mapping[str, str]) -> None:
    """Write the hashes of files, by their names below the folder."""
    write_whole(folder / _FILE_NAME, "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())))


def read_hashes(folder: Path) -> dict[str, str]:
    """Read them again; none where they were not written."""
    file = folder / _FILE_NAME
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
