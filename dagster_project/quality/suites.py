"""Suites as data: what is expected of a table, read from `expectations/<layer>/<table>.yml` and checked when read.

What belongs here: reading the files, and the errors about them. Great Expectations is not imported, so that Dagster
can name its asset checks without paying for it. A layer is a schema of the warehouse, a table one of its tables or
views:

    description: One row per ticket.
    key: [ticket_key]                      # optional: what violating rows are named by; never personal data
    expectations:
      - type: unexpected_rows_expectation  # one of kinds.KINDS
        name: answered_after_creation      # other kinds are named by kind and column, unless they have a name
        kwargs: {unexpected_rows_query: "select ticket_key from {batch} where first_response_minutes < 0"}
        severity: critical                 # critical stops the run, warning is shown
        meta: {risk: Negative durations drag every mean down.}

In a query `{batch}` stands for the table itself; other tables are named with their schema. The value of an argument
may be left to the caller of the gate: `max_value: {$PARAMETER: max_quarantined_rate}`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from dagster_project.quality.expectations import Suite, SuiteError
from dagster_project.yaml_file import YamlFileError, load_yaml


def load_suites(folder: Path, layer: str) -> list[Suite]:
    """Load the suites of one layer, ordered by table.

    Raises:
        SuiteError: the layer has no suites, or one of its files cannot be used.
    """
    files = sorted((folder / layer).iterdir()) if (folder / layer).is_dir() else []
    if not files:
        raise SuiteError(f"{folder / layer}: no suites; expected a file <table>.yml for each table of the layer")
    return [_load(path, layer) for path in files]


def suites_sha256(folder: Path) -> str:
    """Hash the names and contents of all suites of all layers.

    Raises:
        SuiteError: there are no suites.
    """
    files = sorted((path.relative_to(folder).as_posix(), path) for path in folder.glob("*/*.yml"))
    if not files:
        raise SuiteError(f"{folder}: no suites; expected files <layer>/<table>.yml")
    listing = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in files)
    return hashlib.sha256(listing.encode()).hexdigest()


def _load(path: Path, layer: str) -> Suite:
    if path.suffix != ".yml" or not path.is_file():
        raise SuiteError(f"{path}: would not be run; a folder of suites holds files <table>.yml and nothing else")
    try:
        expected = "a mapping with `description` and `expectations`"
        return load_yaml(path, Suite, expected=expected, layer=layer, table=path.stem)
    except YamlFileError as error:
        raise SuiteError(str(error)) from None
