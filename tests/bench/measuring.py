"""Seconds, CPU seconds, memory and disk: of a call in this process, and of a command."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROUNDS = 5
# What takes longer is measured fewer times: once more is begun only as long as all rounds so far took less.
LONG_SECONDS = 60


@dataclass
class Cost:
    """Seconds of the clock, and seconds of all cores (user and system); filled when the measured block is left."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    rounds: int = 1

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


@contextmanager
def timed() -> Iterator[Cost]:
    """Measure a block of this process, with all its threads."""
    cost = Cost()
    start, cpu_start = time.perf_counter(), time.process_time()
    yield cost
    cost.seconds, cost.cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start


def medians(calls: dict[str, Callable[[], object]]) -> dict[str, Cost]:
    """Measure each call five times, all of them in turn; the medians, and how many rounds there were time for."""
    found: dict[str, list[Cost]] = {name: [] for name in calls}
    begun = time.perf_counter()
    while len(next(iter(found.values()))) < ROUNDS:
        for name, call in calls.items():
            with timed() as cost:
                call()
            found[name].append(cost)
        if time.perf_counter() - begun > LONG_SECONDS:
            break
    return {
        name: Cost(
            statistics.median(cost.seconds for cost in costs),
            statistics.median(cost.cpu_seconds for cost in costs),
            len(costs),
        )
        for name, costs in found.items()
    }


@dataclass
class CommandCost(Cost):
    """What a command took: also the most memory it held, and the most that lay in a folder meanwhile."""

    peak_bytes: int = 0
    peak_folder_bytes: int = 0


def careloop(*arguments: str, watched: Path | None = None) -> CommandCost:
    """Run `careloop`; see `command`."""
    cost, _ = command(str(Path(sys.executable).with_name("careloop")), *arguments, watched=watched)
    return cost


def child(module: str, *arguments: str, environment: dict[str, str] | None = None) -> CommandCost:
    """Measure what a module does in a process of its own, whose peak of memory is then its own.

    The module prints its seconds and CPU seconds (`told`), which leave out starting Python and importing.
    """
    whole, output = command(sys.executable, "-m", module, *arguments, environment=environment)
    seconds, cpu_seconds = output.split()[-2:]
    return replace(whole, seconds=float(seconds), cpu_seconds=float(cpu_seconds))


def told(cost: Cost) -> str:
    """Write a cost for `child` to read."""
    return f"{cost.seconds} {cost.cpu_seconds}"


def command(
    *words: str, watched: Path | None = None, environment: dict[str, str] | None = None
) -> tuple[CommandCost, str]:
    """Run a command and measure it, and what lies in the watched folder meanwhile; also what it printed.

    Raises:
        CalledProcessError: it exited with another status than 0.
    """
    largest = [0]
    ended = threading.Event()

    def watch(folder: Path) -> None:
        while not ended.wait(0.2):
            largest[0] = max(largest[0], folder_bytes(folder))

    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    if watched:
        threading.Thread(target=watch, args=[watched], daemon=True).start()
    assert process.stdout is not None
    output = process.stdout.read()
    # Not Popen.wait: only this says what one process took, whatever ran before it.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, output)
    cost = CommandCost(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        peak_folder_bytes=largest[0],
    )
    return cost, output


def folder_bytes(folder: Path) -> int:
    """Add up the sizes of the files below a folder, in which others may be writing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
