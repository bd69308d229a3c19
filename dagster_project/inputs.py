"""Whether a run would publish anything new: a fingerprint of what decides a version, and the version that stands.

What belongs here: what counts as a change. Nothing here depends on the clock: the same inputs give the same version.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config import PROJECT_ROOT, Settings
from dagster_project.landing import LandingZone
from dagster_project.manifest import MANIFEST
from dagster_project.pseudonyms import pseudonym, pseudonym_key
from dagster_project.warehouse import Version, Workspace, connect, versions
from dagster_project.warehouse.files import wal_of
from dagster_project.warehouse.runs import COMPLETE, read_run_records

_CODE = ("dagster_project", "dbt_project", "expectations", "seeds")
_NOT_CODE = {"__pycache__", "target", "logs"}
# They say when a run starts, what it may take and what is remembered, not what it makes.
_NO_INPUTS = {
    *("config_file", "workspace", "schedule", "kept_runs", "memory_limit", "spill_folder", "spill_limit", "spark"),
}
_PAGES = ("index.html", "review.html")


def inputs_sha256(settings: Settings, workspace: Workspace) -> str:
    """Fingerprint what a run would build from, as it stands now: call it when everything is landed, erased and expired.

    Raises:
        ConfigError: there is no key to make pseudonyms with.
        OSError: a file of the project or a manifest cannot be read.
    """
    return _sha256({**_rules(settings, _NO_INPUTS), "landed": _hashes(_manifests(settings, workspace))})


def rules_sha256(settings: Settings, *, but: Collection[str]) -> str:
    """Fingerprint all of that but what is landed and the settings named: what a build does, whatever it is done to.

    Raises:
        ConfigError: there is no key to make pseudonyms with.
        OSError: a file of the project cannot be read.
    """
    return _sha256(_rules(settings, _NO_INPUTS | set(but)))


def _rules(settings: Settings, left_out: set[str]) -> dict[str, Any]:
    return {
        "settings": settings.model_dump(mode="json", exclude=left_out),
        "files": _hashes(_code()),
        "python": sys.version,
        "packages": sorted(f"{it.name} {it.version}" for it in distributions()),
        # Tells keys apart without telling a key.
        "pseudonyms": pseudonym(pseudonym_key(settings), "careloop"),
    }


def _sha256(inputs: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _hashes(files: Iterable[tuple[str, Path]]) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files}


def _code() -> Iterator[tuple[str, Path]]:
    for folder in _CODE:
        for path in (PROJECT_ROOT / folder).rglob("*"):
            if path.is_file() and not _NOT_CODE & set(path.parts):
                yield path.relative_to(PROJECT_ROOT).as_posix(), path


def _manifests(settings: Settings, workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """List the manifests of all landed batches, which have the hashes of what lies beside them."""
    zone = LandingZone(workspace.landing)
    for source in settings.sources:
        for stream in source.streams:
            for batch in zone.batches(source.name, stream):
                yield f"{source.name}/{stream}/{batch.load_id}", batch.folder / MANIFEST


def standing_version(workspace: Workspace, inputs: str) -> Version | None:
    """Return the current version where a run would only make it again: it was made of these inputs, and is whole.

    An older version that was restored does not stand, nor does one after which a run failed, whose build file is not
    the one that it was copied from, or that lacks its exports or its report.

    Raises:
        PublishError: a version's record is not readable.
    """
    newest = next(iter(versions(workspace)), None)
    ended = [record for record in read_run_records(workspace) if record.status != "running"]
    if (
        newest is not None
        and newest.is_current
        and newest.record.inputs_sha256 == inputs
        and ended
        and ended[-1].status in COMPLETE
        and _is_whole(workspace, newest)
        and _is_built(workspace, newest)
    ):
        return newest
    return None


def _is_whole(workspace: Workspace, version: Version) -> bool:
    """Look at names and sizes; the content was audited, and `careloop restore` reads it again."""
    tables = [version.export.joinpath(*table.table.split(".")) for table in version.record.tables]
    files = [*(table.with_suffix(".parquet") for table in tables), *(version.report / page for page in _PAGES)]
    large = version.record.large_tables
    links = ((workspace.export_link, version.export), (workspace.report_link, version.report))
    return (
        version.file.stat().st_size == version.record.size_bytes
        and not wal_of(version.file).exists()
        and all(file.is_file() for file in files)
        and all(version.export.joinpath(*name.split(".")).with_suffix(".parquet").is_dir() for name in large)
        and all(link.resolve() == folder.resolve() for link, folder in links)
    )


def _is_built(workspace: Workspace, version: Version) -> bool:
    """Ask the build file whether the run that published the version was the last to fill it."""
    connection = connect(workspace, read_only=True)
    try:
        found = connection.execute("select max(run) from quality.run").fetchone()
    except duckdb.CatalogException:
        return False
    finally:
        connection.close()
    return found == (version.run,)
