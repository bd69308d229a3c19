"""What Dagster sees: one job of everything, gates that stand between the layers, and what starts and watches it."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy
from dagster._core.execution.api import create_execution_plan

from dagster_project.analysis.tables import TABLES
from dagster_project.config import CONFIG_VARIABLE, PROJECT_ROOT
from dagster_project.contract import ENTITIES
from dagster_project.warehouse import Workspace
from tests.companies import configuration, source, write_csv

EXPECTATIONS = sorted((PROJECT_ROOT / "expectations").glob("*/*.yml"))


def forget_definitions() -> None:
    """Definitions are made when their modules are imported, for the configuration in force."""
    for name in [name for name in sys.modules if name.startswith(("dagster_project.defs", "dagster_project.definit"))]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration in force with two small sources."""
    folder = tmp_path_factory.mktemp("company")
    config = configuration(
        folder,
        [
            source(folder, "crm", {"customers": ["customer_id", "c1"]}),
            source(folder, "desk", {"teams": ["team_id,name", "t1,First"], "agents": ["agent_id", "a1"]}),
        ],
        schedule={"cron": "15 4 * * *", "time_zone": "Asia/Tokyo"},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONFIG_VARIABLE, str(config))
        yield folder


@pytest.fixture(scope="module")
def definitions(company: Path) -> Iterator[dg.Definitions]:
    forget_definitions()
    from dagster_project.definitions import defs

    yield defs()
    forget_definitions()


@pytest.fixture(scope="module")
def job(definitions: dg.Definitions) -> dg.JobDefinition:
    return definitions.resolve_job_def("careloop")


def test_the_job_selects_every_asset_and_every_check(definitions: dg.Definitions, job: dg.JobDefinition) -> None:
    # A selection that misses some runs the rest without complaint.
    graph = definitions.resolve_asset_graph()
    assert job.asset_layer.selected_asset_keys == graph.get_all_asset_keys()
    assert job.asset_layer.asset_graph.asset_check_keys == graph.asset_check_keys
    outputs = [
        output.properties
        for step in create_execution_plan(job).get_all_steps_in_topo_order()
        for output in step.step_outputs
    ]
    assert {output.asset_key for output in outputs if output.asset_key} == graph.get_all_asset_keys()
    assert {output.asset_check_key for output in outputs if output.asset_check_key} == graph.asset_check_keys


def test_there_is_an_asset_for_every_stream_entity_seed_and_model(definitions: dg.Definitions) -> None:
    keys = {tuple(key.path) for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {key for key in keys if key[0] == "landing"} == {
        ("landing", "crm", "customers"),
        ("landing", "desk", "teams"),
        ("landing", "desk", "agents"),
    }
    assert {key[1] for key in keys if key[0] == "raw"} >= set(ENTITIES)
    modelled = {path.stem for path in (PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql")}
    modelled |= {path.stem for path in (PROJECT_ROOT / "seeds").glob("*.csv")}
    modelled |= set(TABLES)
    assert {key[1] for key in keys if key[0] not in ("landing", "raw", "texts", "published")} == modelled
    assert {key for key in keys if key[0] == "texts"} == {("texts", "text_class"), ("texts", "text_topic")}
    assert ("published", "careloop") in keys


def test_every_asset_has_a_group_an_owner_and_a_description(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        asset = graph.get(key)
        assert asset.group_name not in ("", "default"), key
        assert asset.owners, key
        assert asset.description, key


def test_every_expectation_is_a_blocking_check_of_its_table(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    expected = {
        (path.parent.name, path.stem): len(yaml.safe_load(path.read_text(encoding="utf-8"))["expectations"])
        for path in EXPECTATIONS
    }
    assert len(expected) > 3
    gates = [gate for gate in definitions.asset_checks or [] if gate.node_def.name.startswith("gate_")]
    assert {gate.node_def.name for gate in gates} == {
        "gate_landed",
        "gate_facts",
        "gate_marts",
        "gate_findings",
    }
    found: dict[tuple[str, ...], int] = {}
    for gate in gates:
        for spec in gate.check_specs:
            assert spec.blocking, spec.key
            assert "Risk: " in (spec.description or ""), spec.key
            assert spec.key in graph.asset_check_keys
            table = tuple(spec.asset_key.path)
            found[table] = found.get(table, 0) + 1
    assert found == expected


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ("land_crm", "raw_views"),
        ("land_desk", "raw_views"),
        ("raw_views", "build_staging"),
        ("build_staging", "gate_landed"),
        ("gate_landed", "read_texts"),
        ("read_texts", "build_core"),
        ("gate_landed", "build_core"),
        ("build_core", "gate_facts"),
        ("gate_facts", "build_kpi"),
        ("build_kpi", "gate_marts"),
        ("gate_marts", "analyse"),
        ("analyse", "gate_findings"),
        ("gate_findings", "published__careloop"),
        ("gate_landed", "published__careloop"),
        ("gate_facts", "published__careloop"),
    ],
)
def test_a_step_waits_for_the_gate_before_it(job: dg.JobDefinition, before: str, step: str) -> None:
    # Without the dependency a gate would run beside what it guards, or after it.
    assert before in create_execution_plan(job).get_step_by_key(step).get_execution_dependency_keys()


def test_one_process_executes_all_steps_for_the_engine_lets_one_write(job: dg.JobDefinition) -> None:
    assert job.executor_def.name == "in_process"


def test_the_job_runs_daily_when_the_configuration_says(definitions: dg.Definitions) -> None:
    (schedule,) = definitions.schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.name, schedule.job_name) == ("daily", "careloop")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("15 4 * * *", "Asia/Tokyo")


def test_failures_are_told_unasked_and_new_files_start_runs_only_once_switched_on(definitions: dg.Definitions) -> None:
    statuses = {sensor.name: sensor.default_status for sensor in definitions.sensors or []}
    assert statuses == {
        "tell_of_failure": dg.DefaultSensorStatus.RUNNING,
        "dead_runs": dg.DefaultSensorStatus.RUNNING,
        "new_files": dg.DefaultSensorStatus.STOPPED,
    }


def test_a_run_whose_process_was_killed_is_ended_once_nobody_holds_the_workspace(
    definitions: dg.Definitions, job: dg.JobDefinition, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_project.defs import sensors

    (sensor,) = [sensor for sensor in definitions.sensors or [] if sensor.name == "dead_runs"]
    workspace = Workspace(company / "warehouse")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)

        def status_after_a_tick() -> str:
            sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
            found = instance.get_run_by_id(run.run_id)
            assert found is not None
            return found.status.value

        assert status_after_a_tick() == "STARTED", "it may be about to ask for the lock"
        monkeypatch.setattr(sensors, "UNLOCKED_FOR", timedelta(0))
        with workspace.lock_file.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            assert status_after_a_tick() == "STARTED", "it holds the lock"
        assert status_after_a_tick() == "FAILURE"


def test_a_file_that_arrives_or_changes_starts_one_run_and_none_otherwise(
    definitions: dg.Definitions, company: Path
) -> None:
    (sensor,) = [sensor for sensor in definitions.sensors or [] if sensor.name == "new_files"]
    cursor: str | None = None
    runs = []

    def tick() -> int:
        nonlocal cursor
        result = sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor))
        cursor = result.cursor or cursor
        runs.extend(request.run_key for request in result.run_requests or [])
        return len(result.run_requests or [])

    assert tick() == 1, "files that nobody has seen yet"
    assert tick() == 0
    write_csv(company / "desk" / "teams.csv", "team_id,name", "t1,First", "t2,Second")
    assert tick() == 1
    assert tick() == 0
    config = company / "careloop.yml"
    config.write_text(config.read_text().replace("desk/teams.csv", "desk/teams*.csv"))
    assert tick() == 0, "a pattern that matches the same file"
    write_csv(company / "desk" / "teams_2.csv", "team_id,name", "t3,Third")
    assert tick() == 1
    assert tick() == 0
    assert len(set(runs)) == 3, "Dagster starts one run a key"


def test_what_is_published_goes_stale_when_a_daily_run_was_missed(definitions: dg.Definitions) -> None:
    policy = definitions.resolve_asset_graph().get(dg.AssetKey(["published", "careloop"])).freshness_policy
    assert isinstance(policy, TimeWindowFreshnessPolicy)
    assert policy.warn_window is not None
    warned, failed = policy.warn_window.to_timedelta(), policy.fail_window.to_timedelta()
    assert timedelta(days=1) < warned < failed < timedelta(days=2)


def test_nothing_phones_home() -> None:
    instance = yaml.safe_load((PROJECT_ROOT / "dagster_project" / "dagster.yaml").read_text(encoding="utf-8"))
    assert instance["telemetry"] == {"enabled": False}
    dbt = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert dbt["flags"]["send_anonymous_usage_stats"] is False
