"""The command line with points at which it can be stopped: `python -m tests.faults.points PLAN careloop-arguments`.

A point is a change of the file system as Python makes it (audit events), or a statement that writes as DuckDB gets it;
both have the same place in every run of the same input. The plan is JSON:

    list     file to write the points to, one a line
    kill     part of the text of a point: the process kills itself by SIGKILL before what is done next: a commit, a
             rename, a link
    after    whether it kills itself right after that instead
    wait     part of the text of the point before which it waits until the file `waiting`, which it makes, is removed
    pause    whether it waits like that before and after each commit, rename and link
    peak     file to write the most memory to that the process had, in KiB
    threads  threads of DuckDB
"""

from __future__ import annotations

import atexit
import json
import os
import re
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.warehouse import build

# The rest of a run's Python, such as caches of bytecode, is no part of the warehouse.
CHANGES = {"os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
WRITES = re.compile(
    r"\s*(/\*.*?\*/\s*)*(create|insert|delete|update|alter|drop|copy|checkpoint|comment|commit)\b", re.I | re.S
)
DONE = ("COMMIT", "os.rename", "os.symlink")
NUMBER = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]+|[0-9a-f]{16,}")


def install(plan: dict[str, Any], workspace: str) -> None:
    """Watch this process."""
    was_done = is_armed = False
    listing = Path(plan["list"]).open("w") if "list" in plan else None  # noqa: SIM115 - open as long as the process

    def reach(what: str) -> None:
        nonlocal was_done, is_armed
        if listing:
            listing.write(NUMBER.sub("…", what)[:160] + "\n")
            listing.flush()
        is_done = what.startswith(DONE)
        if is_armed and was_done and plan.get("after"):
            os.kill(os.getpid(), signal.SIGKILL)
        is_armed = is_armed or ("kill" in plan and plan["kill"] in what)
        if is_armed and is_done and not plan.get("after"):
            os.kill(os.getpid(), signal.SIGKILL)
        if plan.get("pause") and (is_done or was_done):
            wait()
        was_done = is_done
        if "wait" in plan and plan["wait"] in what:
            del plan["wait"]
            wait()

    def wait() -> None:
        waiting = Path(plan["waiting"])
        waiting.touch()
        while waiting.exists():
            time.sleep(0.02)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE):
            paths = [str(it) for it in arguments[:2] if isinstance(it, str | os.PathLike)]
            if any(path.startswith(workspace) for path in paths):
                reach(f"{event} {' '.join(path.removeprefix(workspace) for path in paths)}")

    execute, commit, connect = duckdb.DuckDBPyConnection.execute, duckdb.DuckDBPyConnection.commit, duckdb.connect

    def watched(self: duckdb.DuckDBPyConnection, query: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(query, str) and WRITES.match(query):
            reach(" ".join(query.split()))
        return execute(self, query, *arguments, **named)

    def committed(self: duckdb.DuckDBPyConnection) -> Any:
        reach("COMMIT")
        return commit(self)

    def configured(*arguments: Any, **named: Any) -> Any:
        connection = connect(*arguments, **named)
        execute(connection, f"set threads = {plan['threads']}")
        return connection

    duckdb.DuckDBPyConnection.execute = watched  # type: ignore[method-assign]
    duckdb.DuckDBPyConnection.commit = committed  # type: ignore[method-assign]
    if "threads" in plan:
        duckdb.connect = configured
        build._threads = lambda _: plan["threads"]
    if "peak" in plan:
        atexit.register(lambda: Path(plan["peak"]).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)))
    sys.addaudithook(audit)


if __name__ == "__main__":
    plan_text, workspace_folder, *command = sys.argv[1:]
    install(json.loads(plan_text), workspace_folder)
    sys.argv = ["careloop", *command]
    from dagster_project.cli import app

    app()
