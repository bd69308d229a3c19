"""The command line of Careloop, `careloop --help`.

What belongs here: commands, their options, what they print and how they exit. What they do lies elsewhere, and is
imported by the command that needs it, for Dagster, dbt and Great Expectations take seconds each.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.logging import RichHandler

from dagster_project.config import PROJECT_ROOT, ConfigError, Settings, Target, config_path, load_settings

if TYPE_CHECKING:
    from dagster_project.warehouse import Workspace

app = typer.Typer(
    help="A customer-service data warehouse in a box.", no_args_is_help=True, pretty_exceptions_enable=False
)
# Tables need room; a terminal says how much there is, a file or pipe does not.
out = Console(width=None if sys.stdout.isatty() else 120)
err = Console(stderr=True)

ConfigOption = Annotated[Path | None, typer.Option("--config", help="Configuration file; else careloop.yml.")]

CONFIG_EXIT_CODE = 2


def _fail(message: str, code: int) -> NoReturn:
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _settings(config: Path | None, target: Target | None = None) -> Settings:
    try:
        return load_settings(config or config_path(), target=target)
    except ConfigError as error:
        _fail(str(error), CONFIG_EXIT_CODE)


def _as_of(text: str | None) -> str | None:
    try:
        if text is None or datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r}; expected an ISO 8601 instant with offset, such as 2026-07-01T00:00:00Z")


@app.command()
def run(
    config: ConfigOption = None,
    as_of: Annotated[str | None, typer.Option(callback=_as_of, help="Instant up to which to compute.")] = None,
    full_refresh: Annotated[
        bool, typer.Option(help="Begin with an empty build file, and build though nothing has changed.")
    ] = False,
    target: Annotated[Target | None, typer.Option(help="The engine that builds; else the configuration's.")] = None,
) -> None:
    """Extract, land, clean, build, audit and publish; where nothing has changed, say so and leave it at that.

    Exits with 0 published or nothing new, 2 bad configuration, 3 audit failed and nothing published, 75 another run
    holds the workspace, 130 stopped by a signal, 1 anything else.
    """
    settings = _settings(config, target)
    _run(settings, as_of=as_of, target=target, full_refresh=full_refresh)
    from dagster_project.summary import published
    from dagster_project.warehouse import Workspace

    out.print(published(Workspace(settings.workspace_folder)))


def _run(settings: Settings, **given: Any) -> None:
    from dagster_project.launch import PUBLISHED, STOPPED, run_job

    with _progress():
        outcome = run_job(settings, **given)
    if outcome.exit_code == STOPPED:
        err.print(outcome.reason, style="red")
        os._exit(STOPPED)  # a statement may still go on in a thread of DuckDB, which an orderly exit would wait for
    if outcome.exit_code != PUBLISHED:
        _fail(outcome.reason, outcome.exit_code)


@app.command()
def status(
    config: ConfigOption = None, json: Annotated[bool, typer.Option("--json", help="For monitors.")] = False
) -> None:
    """Show the last runs, published versions, freshness, warnings and disk; exits with 1 where something is wrong."""
    from dagster_project.health import health
    from dagster_project.summary import disk, workspace_status
    from dagster_project.warehouse import PublishError, Workspace

    settings = _settings(config)
    try:
        found = health(settings)
        if json:
            print(found.model_dump_json(indent=1))
        else:
            out.print(workspace_status(Workspace(settings.workspace_folder)), disk(found))
    except PublishError as error:
        _fail(str(error), 1)
    if not found.healthy:
        _fail("\n".join(found.problems), 1)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Check the configuration, and ask each source what it would load, changing nothing."""
    from dagster_project.checks import previews, problems
    from dagster_project.summary import table

    settings = _settings(config)
    seen, unreachable = previews(settings)
    if seen:
        out.print(
            table(
                "what a run would load", ["source", "stream", "found"], [(it.source, it.stream, it.text) for it in seen]
            )
        )
    _tell_of_unmapped_streams(settings)
    found = [*unreachable, *problems(settings, seen)]
    if found:
        _fail("\n".join(found), CONFIG_EXIT_CODE)
    out.print(f"{settings.config_file}: nothing to complain of")


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A DuckDB SQL query over the published schemas.")],
    config: ConfigOption = None,
    limit: Annotated[int, typer.Option(help="Rows to show at most.")] = 50,
) -> None:
    """Ask the published warehouse, read-only."""
    import duckdb

    from dagster_project.summary import table
    from dagster_project.warehouse import Workspace

    link = Workspace(_settings(config).workspace_folder).database_link
    if not link.exists():
        _fail(f"{link}: nothing is published yet; `careloop run` publishes", 1)
    try:
        with duckdb.connect(str(link), read_only=True) as connection:
            connection.execute("set enable_progress_bar = false")  # it would stand in the output
            result = connection.execute(sql)
            columns = [description[0] for description in result.description]
            rows = result.fetchmany(limit + 1)
    except duckdb.Error as error:
        _fail(str(error), 1)
    more = f"the first {limit} rows; --limit shows more" if len(rows) > limit else ""
    out.print(table(more, columns, rows[:limit]))


quarantine = typer.Typer(help="Rows that do not fit: list them, show them, replay them.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")
LimitOption = Annotated[int, typer.Option(help="Rows to show at most.")]


@quarantine.command("list")
def quarantine_list(config: ConfigOption = None, limit: LimitOption = 20) -> None:
    """List what is quarantined and why."""
    from dagster_project.summary import quarantined_reasons

    _print_quarantine(config, lambda workspace: quarantined_reasons(workspace, limit))


@quarantine.command("show")
def quarantine_show(
    entity: Annotated[str, typer.Argument(help="Entity of the contract.")],
    config: ConfigOption = None,
    limit: LimitOption = 20,
) -> None:
    """Show the quarantined rows of one entity, whole; they hold personal data."""
    from dagster_project.summary import quarantined_rows

    _print_quarantine(config, lambda workspace: quarantined_rows(workspace, entity, limit))


@quarantine.command("replay")
def quarantine_replay(config: ConfigOption = None) -> None:
    """Put all landed rows through the mapping as it is now, which is a run; exits as `careloop run` does."""
    from dagster_project.summary import quarantined_counts, table

    settings = _settings(config)
    workspace = settings.warehouse
    before = quarantined_counts(workspace)
    _run(settings)
    after = quarantined_counts(workspace)
    rows = [(*key, before.get(key, 0), after.get(key, 0)) for key in sorted(before.keys() | after.keys())]
    out.print(table("Quarantined rows", ("entity", "source", "before", "after"), rows))


def _print_quarantine(config: Path | None, shown: Callable[[Workspace], RenderableType]) -> None:
    from dagster_project.warehouse import BuildFileError, WorkspaceBusy

    settings = _settings(config)
    try:
        out.print(shown(settings.warehouse))
    except (BuildFileError, WorkspaceBusy, ValueError) as error:
        _fail(str(error), 1)


@app.command()
def restore(
    version: Annotated[str | None, typer.Argument(help="Version; else the one before the current.")] = None,
    config: ConfigOption = None,
) -> None:
    """Make an earlier published version the current one again."""
    from dagster_project.launch import BUSY
    from dagster_project.warehouse import PublishError, Workspace, WorkspaceBusy
    from dagster_project.warehouse import restore as restore_version

    workspace = Workspace(_settings(config).workspace_folder)
    try:
        restored = restore_version(workspace, version)
    except WorkspaceBusy as error:
        _fail(str(error), BUSY)
    except PublishError as error:
        _fail(str(error), 1)
    out.print(f"current version: {restored.run}")


@app.command()
def erase_customer(
    source: Annotated[str, typer.Argument(help="Source whose number it is.")],
    customer_id: Annotated[str, typer.Argument(help="The customer's own number there.")],
    config: ConfigOption = None,
) -> None:
    """Remove a customer from everything, and publish a version without them in the place of all earlier ones.

    Exits with 0 erased, 2 bad configuration, 75 a run holds the workspace, 1 nothing was found; where no version
    without them can be published, with the code of that run: earlier versions are then still there.
    """
    settings = _settings(config)
    from dagster_project.erasure import ErasureError
    from dagster_project.erasure import erase_customer as erase
    from dagster_project.launch import BUSY, PUBLISHED, run_job
    from dagster_project.manifest import LandingError
    from dagster_project.mapping import MappingError
    from dagster_project.warehouse import WorkspaceBusy

    try:
        with _progress():
            erased = erase(settings, source, customer_id, publish=lambda: run_job(settings))
    except WorkspaceBusy as error:
        _fail(str(error), BUSY)
    except (ConfigError, MappingError) as error:
        _fail(str(error), CONFIG_EXIT_CODE)
    except (ErasureError, LandingError) as error:
        _fail(str(error), 1)
    counted = ", ".join(f"{rows} of {entity}" for entity, rows in erased.rows.items())
    out.print(f"rows taken out: {counted or 'none that had not been taken out before'}")
    _tell_of_unmapped_streams(settings)
    if erased.outcome.exit_code != PUBLISHED:
        _fail(
            f"{erased.outcome.reason}\nNo version without the customer is published, so earlier ones were kept, with "
            "their pseudonym in them; mend that and give the command again",
            erased.outcome.exit_code,
        )
    out.print("published without them; earlier versions are removed")


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = PROJECT_ROOT / "sample",
    tickets: Annotated[int, typer.Option(min=500, help="Size of the company.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    if_missing: Annotated[bool, typer.Option(help="Leave a sample that is there as it is.")] = False,
) -> None:
    """Generate the sample company."""
    if if_missing and (folder / "truth.json").exists():
        return
    from dagster_project.sample import generate

    try:
        with err.status(f"generating a company with {tickets:,} tickets …"):
            generate(folder, tickets=tickets, seed=seed)
    except FileExistsError as error:
        _fail(str(error), 1)
    out.print(f"sample company: {folder}")


@app.command()
def dev(
    config: ConfigOption = None, port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = 3000
) -> None:
    """Start Dagster's web interface on the loopback interface, with everything loaded."""
    from dagster_project.launch import prepare_instance

    prepare_instance(_settings(config))
    dagster = str(Path(sys.executable).with_name("dagster"))
    module = "dagster_project.definitions"
    os.chdir(PROJECT_ROOT)
    os.execv(dagster, [dagster, "dev", "--module-name", module, "--host", "127.0.0.1", "--port", str(port)])  # noqa: S606 - our own interpreter's tool


def _tell_of_unmapped_streams(settings: Settings) -> None:
    """Say what is kept of sources although nothing can be said of it, nor anybody erased from it."""
    if settings.unmapped_streams:
        names = ", ".join(settings.unmapped_streams)
        err.print(f"landed, but read by no mapping, so that erasing and retention do not reach them: {names}")


@contextmanager
def _progress() -> Iterator[None]:
    """Show what a run tells while it runs."""
    progress = logging.getLogger("careloop")
    progress.setLevel(logging.DEBUG)
    progress.propagate = False
    progress.addHandler(RichHandler(logging.INFO, console=err, show_path=False, show_level=False))
    with err.status("starting …") as spinner:
        progress.addHandler(_Spinner(spinner.update))
        yield


class _Spinner(logging.Handler):
    """Shows the stage that a run is in."""

    def __init__(self, update: Callable[[str], None]) -> None:
        super().__init__()
        self._update = update

    def emit(self, record: logging.LogRecord) -> None:
        """Show the message of the newest record."""
        self._update(record.getMessage())
