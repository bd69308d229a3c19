"""A standalone Spark cluster of this machine: one master and two workers on the loopback interface."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 120


@dataclass
class Cluster:
    """A running cluster. `workers` are the leaders of process groups, each with its executors."""

    port: int
    page_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    @property
    def workers_alive(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.page_port}/json/", timeout=10) as answer:
                return int(json.load(answer)["aliveworkers"])
        except OSError:
            return 0

    def lose_a_worker(self) -> None:
        """Kill a worker with all that it runs, as when its machine is gone."""
        os.killpg(self.processes[-1].pid, signal.SIGKILL)


@contextmanager
def cluster(folder: Path, *, worker_memory: str = "2g") -> Iterator[Cluster]:
    """Start a cluster of two workers with a core each; end all its processes at the end."""
    running = Cluster(_free_port(), _free_port())
    master = ["master.Master", "--port", str(running.port), "--webui-port", str(running.page_port)]
    worker = ["worker.Worker", "--cores", "1", "--memory", worker_memory, "--webui-port", "0", running.master]
    try:
        running.processes.append(_start(folder, "master", master))
        for number in (1, 2):
            running.processes.append(_start(folder, f"worker{number}", worker))
        deadline = time.monotonic() + READY_SECONDS
        while running.workers_alive < 2:
            assert time.monotonic() < deadline, f"no cluster after {READY_SECONDS} s; see the logs in {folder}"
            time.sleep(1)
        yield running
    finally:
        for process in running.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(folder: Path, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    daemon, *options = arguments
    log = (folder / f"{name}.log").open("wb")
    return subprocess.Popen(
        [home / "bin" / "spark-class", f"org.apache.spark.deploy.{daemon}", "--host", "127.0.0.1", *options],
        env={
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",  # else its pages listen on all interfaces
            "SPARK_WORKER_DIR": str(folder / name),
            "PYSPARK_PYTHON": sys.executable,
        },
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
