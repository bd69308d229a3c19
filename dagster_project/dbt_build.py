"""dbt in this process: its manifest, and building a selection of nodes into the build file.

What belongs here: driving dbt. Which nodes make a layer is said in dbt_project/selectors.yml; how results become
Dagster events is the business of defs/transform.py. dbt is imported when it is first needed: that takes seconds.

In-process because a dbt command of its own takes seconds before it builds anything; see docs/benchmarks.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dagster_project.config import PROJECT_ROOT, Settings
from dagster_project.error_texts import without_values
from dagster_project.pseudonyms import KEY_VARIABLE, pseudonym_key
from dagster_project.warehouse import Workspace, engine_settings

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
SEEDS = PROJECT_ROOT / "seeds"


class DbtError(Exception):
    """dbt could not read the project or build a node; the message names the nodes and what went wrong."""


class DbtTestError(DbtError):
    """A test on a node failed: the audit's business, not a defect of the code."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one node: `status` is dbt's (success, pass, fail, warn, error, skipped).

    It `stands` where an incremental build had no need to look at it, being what the complete build before made of it.
    """

    unique_id: str
    resource_type: str
    status: str
    seconds: float
    message: str
    failures: int | None
    stands: bool = False

    @property
    def failed(self) -> bool:
        return self.status in ("error", "fail", "runtime error")


def prepare_manifest(workspace: Workspace) -> Path:
    """Return manifest.json of the dbt project as it stands now; parse the project only where that is new."""
    manifest = _target(workspace) / "manifest.json"
    stamp = manifest.with_suffix(".sha256")
    digest = _project_sha256()
    if not (manifest.exists() and stamp.exists() and stamp.read_text() == digest):
        # A partial parse keeps the selectors of the manifest before.
        _parse(workspace, "--no-partial-parse")
        stamp.write_text(digest)
    return manifest


def build(
    settings: Settings,
    workspace: Workspace,
    selection: Sequence[str],
    progress: Callable[[str], None],
    *,
    target: str = "duckdb",
    is_incremental: bool = False,
) -> list[NodeResult]:
    """Build the selected nodes with the tests on them, in dependency order.

    In an incremental build, seeds with the tests on them and the views of staging stand: its fingerprint says so. On
    Spark views do not: they are gone with the session that made them.

    Args:
        settings: give the variables of the project.
        workspace: whose build file is written; it is closed again when this returns.
        selection: dbt's own arguments, `--selector` and a layer or `--select` and names. For each name dbt looks
            through all nodes three times; a layer's selector is a second faster.
        progress: is told the name of each node as it is finished.
        target: of profiles.yml; `spark` builds in the Spark session that is open (dagster_project/spark/engine.py).
        is_incremental: whether the build keeps rows of the one before.

    Returns:
        One result a node; a failed one does not raise, but what depends on it is 'skipped'.

    Raises:
        DbtError: dbt could not begin.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    def tell(event: Any) -> None:
        progress(event.data.node_info.node_name)

    parsed = _parsed(workspace, target)
    # Unit tests prove the rules on rows of their own; a run has none to prove them on.
    # The manifest is there since it was parsed: writing it again takes a second a layer.
    command = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", "--vars", _variables(settings)]
    environment = _profile(workspace) | {KEY_VARIABLE: pseudonym_key(settings)}  # the key is read by dbt_plugin.py
    standing: list[NodeResult] = []
    if "staging" in selection and is_incremental:
        views_stand = target == "duckdb"
        selector = "staging_incremental" if views_stand else "staging_incremental_with_views"
        selection = [selector if it == "staging" else it for it in selection]
        standing = _standing(parsed, views=views_stand)
    try:
        results = _invoke(
            workspace, [*command, *selection], environment, target=target, manifest=parsed, callbacks=[tell]
        )
    finally:
        # dbt keeps the file open, and thereby locked, beyond the end of the command.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt-duckdb has no types
    built = [
        NodeResult(
            unique_id=result.node.unique_id,
            resource_type=str(result.node.resource_type),
            status=str(result.status),
            seconds=float(result.execution_time),
            message=without_values(str(result.message or "")),
            failures=result.failures,
        )
        for result in results
    ]
    return _parents_first(standing + built, parsed) if standing else built


def _standing(manifest: Any, *, views: bool) -> list[NodeResult]:
    """Say of what the selectors `staging_incremental…` leave out that it stands: it held, or no build was complete."""

    def stands(node: Any) -> bool:
        if node.resource_type == "test":
            return all(parent.startswith("seed.") for parent in node.depends_on_nodes)
        is_view = node.config.materialized == "view" and node.fqn[1] in ("staging", "quality")
        return (views and is_view) or node.resource_type == "seed"

    return [
        NodeResult(
            unique_id=node.unique_id,
            resource_type=str(node.resource_type),
            status="pass" if node.resource_type == "test" else "success",
            seconds=0,
            message="",
            failures=None,
            stands=True,
        )
        for node in manifest.nodes.values()
        if stands(node)
    ]


def _parents_first(results: list[NodeResult], manifest: Any) -> list[NodeResult]:
    parents = {node.unique_id: node.depends_on_nodes for node in manifest.nodes.values()}
    position = {unique_id: number for number, unique_id in enumerate(TopologicalSorter(parents).static_order())}
    return sorted(results, key=lambda result: position[result.unique_id])


_PARSED: dict[str, Any] = {}


def _parsed(workspace: Workspace, target: str) -> Any:
    """Parse the project once a process and target; each layer's build, and each workspace's, would do it again."""
    if target not in _PARSED:
        _PARSED[target] = _parse(workspace, "--no-write-json", target=target)
    return _PARSED[target]


def _parse(workspace: Workspace, option: str, *, target: str = "duckdb") -> Any:
    """Parse the project for any settings and any workspace: an as-of instant that moves would cost 6 s a night.

    What it says of them is only rendered when it is built.
    """
    of_no_workspace = dict.fromkeys(_profile(workspace), "1") | {"CARELOOP_BUILD_FILE": workspace.build_file.name}
    return _invoke(workspace, ["parse", option], of_no_workspace, target=target)


def _invoke(
    workspace: Workspace,
    command: list[str],
    environment: Mapping[str, str],
    *,
    target: str = "duckdb",
    manifest: Any = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> Any:
    from dbt.cli.main import dbtRunner

    _hear_finished_nodes_only()
    arguments = [
        # Neither a log nor a file of results: an engine's error may quote a value of the data.
        *("--log-level-file", "none", "--log-level", "none", "--no-use-colors"),
        *command,
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target", target),
        *("--target-path", str(_target(workspace, target)), "--log-path", str(workspace.dbt / "logs")),
    ]
    with _variables_set({**environment, "DO_NOT_TRACK": "1"}):
        outcome = dbtRunner(manifest=manifest, callbacks=list(callbacks)).invoke(arguments)
    if outcome.exception is not None:
        raise DbtError(f"dbt {command[0]}: {outcome.exception}") from outcome.exception
    return outcome.result


def _hear_finished_nodes_only() -> None:
    """Keep dbt from making messages of its events: a dozen a node that nobody hears took 2 s of a small run."""
    from dbt.events.types import NodeFinished
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class FinishedNodes(EventManager):
        def fire_event(
            self,
            e: BaseEvent,
            level: EventLevel | None = None,
            node: Any = None,
            force_warn_or_error_handling: bool = False,
        ) -> None:
            # Warnings may be errors, as dbt is told; that is decided where the message is made.
            if force_warn_or_error_handling or isinstance(e, NodeFinished):
                super().fire_event(e, level, node, force_warn_or_error_handling)

    ctx_set_event_manager(FinishedNodes())


@contextmanager
def _variables_set(environment: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables while dbt reads them; a dbt command started later has settings of its own."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _target(workspace: Workspace, target: str = "duckdb") -> Path:
    return workspace.dbt / ("target" if target == "duckdb" else f"target-{target}")


def _variables(settings: Settings) -> str:
    as_of = settings.as_of.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ") if settings.as_of else None
    return json.dumps({"reporting_time_zone": settings.reporting_time_zone, "as_of": as_of})


def _profile(workspace: Workspace) -> dict[str, str]:
    """Name the variables that profiles.yml reads, so that dbt opens the file as every other connection does."""
    engine = engine_settings(workspace)
    return {
        "CARELOOP_BUILD_FILE": str(workspace.build_file),
        "CARELOOP_MEMORY_LIMIT": engine["memory_limit"],
        "CARELOOP_THREADS": engine["threads"],
        "CARELOOP_TEMP_FOLDER": engine["temp_directory"],
        "CARELOOP_MAX_TEMP_SIZE": engine["max_temp_directory_size"],
    }


def _project_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted([*DBT_PROJECT.rglob("*.*"), *SEEDS.glob("*")]):
        if path.is_file() and not {"target", "logs"} & set(path.parts):
            digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
