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
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from dagster_project.quality.expectations import GIVEN_BY_PATH, Suite, SuiteError


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
        text = path.read_text(encoding="utf-8")
        document = YAML(typ="safe", pure=True).load(text)
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SuiteError(f"{path}:{line}: not valid YAML: {error.problem or error}") from None
    if not isinstance(document, dict):
        found = "an empty file" if document is None else type(document).__name__
        raise SuiteError(f"{path}:1: expected a mapping with `description` and `expectations`, found {found}")
    for key in GIVEN_BY_PATH & document.keys():
        raise SuiteError(f"{path}:1: `{key}` is said by the path of the file; remove it")
    try:
        return Suite.model_validate({**document, "layer": layer, "table": path.stem})
    except ValidationError as error:
        raise SuiteError(_describe(path, text, error)) from None


def _describe(path: Path, text: str, error: ValidationError) -> str:
    document = YAML(typ="rt", pure=True).load(text)
    lines = []
    for problem in error.errors():
        line, key = _locate(document, (*problem["loc"], *problem.get("ctx", {}).get("at", ())))
        found = problem["input"]
        shown = f"; found {found!r}" if isinstance(found, str | int | float | None) else ""
        lines.append(f"{path}:{line}: {key}: {problem['msg'].removeprefix('Value error, ')}{shown}")
    return "\n".join(lines)


def _locate(document: Any, location: tuple[int | str, ...]) -> tuple[int, str]:
    """Line (from 1) and key, such as `expectations[2].severity`, of a pydantic error location."""
    node, line, key = document, 1, ""
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f"{'.' if key else ''}{part}"
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return line, key or "the file"
