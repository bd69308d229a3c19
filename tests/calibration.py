"""`python -m tests.calibration`: false alarms and forecasts on companies in which nothing was planted.

Prints what docs/analysis-trends.md reports: the share of judged days that are called anomalies, by KPI and of any, and
how forecasts made eight weeks before the end compare with what came. A company takes minutes, so it is run by hand.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
from threadpoolctl import threadpool_limits

from dagster_project.analysis.forecast import FORECAST, KEY
from dagster_project.config import PROJECT_ROOT
from dagster_project.sample import generate

WEEKS_HELD_OUT = 10  # the eight that are forecast, and two whose figures are still settling


def main() -> None:
    """Make the companies that are not there yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=PROJECT_ROOT / "warehouse" / "calibration")
    arguments = parser.parse_args()
    built = {seed: _company(arguments.folder / str(seed), arguments.tickets, seed) for seed in arguments.seeds}
    bands = pd.concat(_read(file, "from analysis.kpi_band").assign(seed=seed) for seed, file in built.items())
    accuracy = pd.concat(_read(file, "from analysis.kpi_forecast_accuracy where is_used") for file in built.values())
    with threadpool_limits(1):
        held_out = pd.concat(_held_out(_read(file, FORECAST.inputs["series"])) for file in built.values())
    any_kpi = bands.groupby(["seed", "date_day"])["is_anomaly"].any()
    _show("False alarms by KPI, share of judged days", bands.groupby(["kpi", "statistic"])["is_anomaly"].mean())
    _show("Days with a false alarm of any KPI, share", any_kpi.groupby("seed").mean())
    _show("Back-test, means", accuracy.groupby(["kpi", "period_grain", "dimension"])[_JUDGED].mean())
    _show("Held-out weeks inside the intervals, share", held_out.groupby("period_grain")[["in_80", "in_95"]].mean())


_JUDGED = ["mae_ratio", "mase", "coverage_80", "coverage_95"]


def _company(folder: Path, tickets: int, seed: int) -> Path:
    """Return the build file of a company without planted effects."""
    build_file = folder / "warehouse" / "build.duckdb"
    if not build_file.exists():
        generate(folder / "sample", tickets=tickets, seed=seed, effects=False)
        config = shutil.copy(PROJECT_ROOT / "careloop.yml", folder / "careloop.yml")
        careloop = Path(sys.executable).with_name("careloop")
        subprocess.run([careloop, "run", "--config", config], check=True)
    return build_file


def _read(file: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).df()


def _held_out(series: pd.DataFrame) -> pd.DataFrame:
    """Forecast as if the last weeks had not come yet, and set beside it what came."""
    known = series[series["period_start"] < series["period_start"].max() - pd.Timedelta(weeks=WEEKS_HELD_OUT)]
    forecast = FORECAST.analyse(series=known)["kpi_forecast"]
    both = forecast.merge(series, on=[*KEY, "period_start"], suffixes=("", "_came")).dropna(subset="value_came")
    return both.assign(
        **{f"in_{level}": both["value_came"].between(both[f"low_{level}"], both[f"high_{level}"]) for level in (80, 95)}
    )


def _show(title: str, figures: pd.DataFrame | pd.Series) -> None:
    print(f"\n{title}\n{figures.round(4).to_string()}")


if __name__ == "__main__":
    main()
