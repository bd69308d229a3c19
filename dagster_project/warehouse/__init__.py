"""The warehouse on disk: one workspace folder, its build file, and the versions published from it.

What belongs here: where files live, who may write (`workspace`, `lock`), how the build file is opened (`build`), and
the way from a finished build to what readers open: `candidate` makes a file of the published schemas, by whole `tables`
or by `rows`, `audit` reads that file whole and writes down whether it may be published, `publish` publishes exactly
that file or nothing, `exports` writes it as Parquet and `report` its pages, `versions` lists, restores and prunes;
`runs` keeps the records of runs. What a gate checks, which models exist and when each step runs is decided elsewhere.
"""

from dagster_project.warehouse.audit import GateResult, audit
from dagster_project.warehouse.build import connect, discard_build, engine_settings, keep_to_folders
from dagster_project.warehouse.candidate import Candidate, make_candidate
from dagster_project.warehouse.errors import AuditRefused, BuildFileError, PublishError, WorkspaceBusy
from dagster_project.warehouse.publish import publish
from dagster_project.warehouse.records import AuditRecord, TableFigures
from dagster_project.warehouse.report import MakePages
from dagster_project.warehouse.runs import RunRecord, load_run_records, write_run_record
from dagster_project.warehouse.versions import Version, abandon, current, keep_current_only, restore, verify, versions
from dagster_project.warehouse.workspace import Workspace

__all__ = [
    "AuditRecord",
    "AuditRefused",
    "BuildFileError",
    "Candidate",
    "GateResult",
    "MakePages",
    "PublishError",
    "RunRecord",
    "TableFigures",
    "Version",
    "Workspace",
    "WorkspaceBusy",
    "abandon",
    "audit",
    "connect",
    "current",
    "discard_build",
    "engine_settings",
    "keep_current_only",
    "keep_to_folders",
    "load_run_records",
    "make_candidate",
    "publish",
    "restore",
    "verify",
    "versions",
    "write_run_record",
]
