"""`python -m tests.bench`: measure everything, or what `--only` names."""

from __future__ import annotations

import argparse
from pathlib import Path

import tests.bench as package
from dagster_project.config import PROJECT_ROOT
from tests.bench import curve, extraction, facts, gates, job, landing
from tests.bench.company import Company

# In the order of `make bench`: the parts behind the job measure against what it built.
PARTS = {"job": job, "gates": gates, "landing": landing, "facts": facts}


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=package.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=1_000_000, help="of the company (default: 1,000,000)")
    parser.add_argument("--folder", type=Path, default=PROJECT_ROOT / "warehouse" / "bench", help="where to work")
    parser.add_argument("--only", choices=(*PARTS, "extraction", "curve"), help="measure one part alone")
    parser.add_argument("--sizes", type=int, nargs="+", default=curve.TICKETS, help="of the curve, in tickets")
    parser.add_argument("--memory-limit", default="1GB", help="of the curve (default: 1GB)")
    parser.add_argument("--build-only", action="store_true", help="leave gates and publishing out of the curve")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    if arguments.only == "curve":
        curve.measure(folder / "curve", arguments.sizes, arguments.memory_limit, build_only=arguments.build_only)
        return
    company = Company(folder / str(arguments.tickets), arguments.tickets)
    for name, part in PARTS.items():
        if arguments.only in (None, name):
            part.measure(company)
    if arguments.only in (None, "extraction"):
        extraction.measure(folder / "extraction")


if __name__ == "__main__":
    main()
