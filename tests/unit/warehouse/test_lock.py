from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.warehouse import Workspace, WorkspaceBusy

HOLDER = """
import os, sys
from pathlib import Path
from dagster_project.warehouse import Workspace
with Workspace(Path(sys.argv[1])).lock("20260701T040000Z-other"):
    {while_held}
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process_holds(folder: Path, while_held: str = "pass") -> Iterator[subprocess.Popen[str]]:
    script = HOLDER.format(while_held=while_held)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str(process.pid)
        yield process
        process.kill()


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "warehouse")


def refused(workspace: Workspace, holder: str = "second") -> str:
    with pytest.raises(WorkspaceBusy) as caught, workspace.lock(holder):
        pass
    return str(caught.value)


def is_free(workspace: Workspace) -> bool:
    with workspace.lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_second_process_is_refused_and_told_who_holds_the_lock_since_when(empty: Workspace) -> None:
    with another_process_holds(empty.folder) as process:
        message = refused(empty)
    assert "busy, held by 20260701T040000Z-other" in message
    assert f"process {process.pid}" in message
    assert "since 20" in message
    assert str(empty.folder) in message


def test_the_lock_of_a_killed_process_is_free_at_once(empty: Workspace) -> None:
    with another_process_holds(empty.folder) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "other" in empty.lock_file.read_text()
        with empty.lock("next run"):
            assert "next run" in empty.lock_file.read_text()


def test_a_forked_child_of_a_killed_holder_does_not_keep_the_lock(empty: Workspace) -> None:
    # The child shares the parent's open file: unless it closes it, the lock would outlive the run by hours.
    fork = """if not os.fork():
        print(os.getpid(), file=sys.stderr, flush=True)
        import time; time.sleep(60); os._exit(0)"""
    script = HOLDER.format(while_held=fork)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(empty.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        child = int(process.stderr.readline())
        process.stdout.readline()
        try:
            assert not is_free(empty)
            process.kill()
            process.wait()
            os.kill(child, 0)  # still alive
            assert is_free(empty)
        finally:
            os.kill(child, signal.SIGKILL)


def test_another_module_of_the_same_run_joins_and_the_outermost_block_frees_the_lock(empty: Workspace) -> None:
    with empty.lock("run"):
        with empty.lock("publish"):
            assert '"run"' in empty.lock_file.read_text()
        assert not is_free(empty)
    assert is_free(empty)
    assert empty.lock_file.read_text() == ""


def test_the_same_folder_by_another_path_is_the_same_lock(empty: Workspace, tmp_path: Path) -> None:
    empty.create()
    (tmp_path / "alias").symlink_to(empty.folder)
    with empty.lock("run"), Workspace(tmp_path / "alias").lock("publish"):
        pass
    assert is_free(empty)


def in_thread(action: Callable[[], object]) -> list[object]:
    results: list[object] = []

    def run() -> None:
        try:
            results.append(action())
        except WorkspaceBusy as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results


def test_another_thread_joins_under_the_same_name_and_is_refused_under_another(empty: Workspace) -> None:
    def enter(holder: str) -> str:
        with empty.lock(holder):
            return "joined"

    with empty.lock("run"):
        assert in_thread(lambda: enter("run")) == ["joined"]
        (refusal,) = in_thread(lambda: enter("second run"))
        assert isinstance(refusal, WorkspaceBusy)
        assert "held by run" in str(refusal)
        assert not is_free(empty)


def test_a_holder_without_a_name_yet_is_reported_as_such(empty: Workspace) -> None:
    empty.create()
    with empty.lock_file.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "a process that has not written its name yet" in refused(empty)


def test_the_lock_is_freed_when_the_run_fails(empty: Workspace) -> None:
    with pytest.raises(RuntimeError), empty.lock("run"):
        raise RuntimeError
    assert is_free(empty)


def test_files_that_libraries_create_during_a_run_are_private_and_the_umask_is_given_back(empty: Workspace) -> None:
    before = os.umask(0o022)
    try:
        with empty.lock("run"):
            (empty.tmp / "spilled").touch()
        (empty.tmp / "later").touch()
    finally:
        os.umask(before)
    assert (empty.tmp / "spilled").stat().st_mode & 0o777 == 0o600
    assert (empty.tmp / "later").stat().st_mode & 0o777 == 0o644
