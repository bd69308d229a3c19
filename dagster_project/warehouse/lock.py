"""The run lock: one run at a time in a workspace.

It is an advisory `flock`, which the system frees when its holder dies, however it dies. The file's content only says
who holds it; the content of a file that nobody locks means nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.warehouse.errors import WorkspaceBusy

PRIVATE_UMASK = 0o077


@dataclass
class _Hold:
    descriptor: int
    holder: str
    thread: int
    umask_before: int
    depth: int = 0


_holds: dict[Path, _Hold] = {}
_guard = threading.Lock()


@contextmanager
def hold(lock_file: Path, holder: str) -> Iterator[None]:
    """Hold the lock for the length of a `with` block; `holder` is the run's name or the command's.

    Entered again in the process that holds it, by the same thread or under the same name, it joins: the file keeps
    naming the outermost holder, and the lock is freed when the outermost block ends. Another thread that states
    another name is a second run and is refused like another process. A forked child holds nothing.

    While the lock is held, new files of this process are private to their owner: write-ahead logs, spill files and
    whatever else libraries create hold the same data as the files whose mode can be set.

    Raises:
        WorkspaceBusy: somebody else holds it; the message names them.
    """
    path = lock_file.resolve()
    with _guard:
        held = _holds.get(path)
        if held is None:
            held = _holds[path] = _take(path, holder)
        elif held.holder != holder and held.thread != threading.get_ident():
            raise WorkspaceBusy(lock_file.parent, _described(path))
        held.depth += 1
    try:
        yield
    finally:
        with _guard:
            held.depth -= 1
            if held.depth == 0 and _holds.get(path) is held:
                del _holds[path]
                os.umask(held.umask_before)
                os.ftruncate(held.descriptor, 0)
                os.close(held.descriptor)


def _take(path: Path, holder: str) -> _Hold:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"holder": holder, "pid": os.getpid(), "since": since}).encode(), 0)
    except BlockingIOError:
        os.close(descriptor)
        raise WorkspaceBusy(path.parent, _described(path)) from None
    except BaseException:
        os.close(descriptor)
        raise
    return _Hold(descriptor, holder, threading.get_ident(), os.umask(PRIVATE_UMASK))


def _described(path: Path) -> str:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return f"{content['holder']} (process {content['pid']}, since {content['since']})"
    except (ValueError, KeyError):
        return "a process that has not written its name yet"


def _forget_in_child() -> None:
    # The child shares the parent's open file, so its copy would keep the lock alive after the parent's death.
    global _guard
    _guard = threading.Lock()
    for held in _holds.values():
        os.close(held.descriptor)
    _holds.clear()


os.register_at_fork(after_in_child=_forget_in_child)
