"""Writing the sample's files, and the ledger of what is wrong with which of their rows.

What belongs here: how files.py becomes bytes. Rows are written by DuckDB; only small files that need another encoding
or format pass through Python.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from openpyxl import Workbook
from openpyxl.xml.functions import tostring

from dagster_project.quoting import literal
from dagster_project.sample.files import ANSWERS, BROKEN_LINES, EXPORTS, RECODED, WORKBOOK, Export


def write(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write every file into `folder`, and into the table `ledger` what is wrong with which rows of it."""
    con.execute("create table ledger (entity varchar, file varchar, code varchar, key varchar, rows int)")
    for export in EXPORTS:
        _write_one(con, folder, export)
    for path, encoding in RECODED.items():
        _recode(folder / path, encoding)
    _write_workbook(con, folder / WORKBOOK)
    for path, entity, code, key, line in BROKEN_LINES:
        with (folder / path).open("ab") as file:
            file.write(line)
        con.execute("insert into ledger values (?, ?, ?, ?, 1)", [entity, path, code, key])


def _write_one(con: duckdb.DuckDBPyConnection, folder: Path, export: Export) -> None:
    target = folder / export.path
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = f"select *, null as _why from {export.clean} where {export.where}"
    if export.dirty:
        rows += f" union all by name select * from {export.dirty} where {export.where}"
        _note(con, export)
    sorted_rows = f"select {export.select} from ({rows}) order by _moment, _key, _why nulls first"
    con.execute(f"copy ({sorted_rows}) to {literal(str(target))} ({export.options})")


def _note(con: duckdb.DuckDBPyConnection, export: Export) -> None:
    if export.entity != "questionnaires":
        con.execute(
            f"insert into ledger select '{export.entity}', '{export.path}', _why, _key, 1 from {export.dirty}"
            f" where {export.where}"
        )
        return
    # a wide row is an invitation and as many answers as it has
    con.execute(
        f"""insert into ledger
        select 'survey_invitations', '{export.path}', _why, _key, 1 from {export.dirty}
        where not starts_with(_why, 'ANSWER-') and "AnswerNo" = '1'
        union all
        select 'survey_responses', '{export.path}', replace(_why, 'ANSWER-', ''), _key, {ANSWERS} from {export.dirty}
        where {ANSWERS} > 0"""
    )


def _recode(path: Path, encoding: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _write_workbook(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the employees' remarks as a sheet: dates and numbers, and text where somebody typed something else."""
    header = ["Nr", "Submitted", "Agent", "Stage", "Topic", "Score", "Remark"]
    columns = ", ".join(f'"{name}"' for name in header)
    # a spreadsheet is written cell by cell: there is no set-based writer, and a sheet is small
    rows = con.execute(f"select {columns} from clean_remarks order by _no").fetchall()
    rows += con.execute(f"select {columns} from dirty_remarks order by _key").fetchall()
    con.execute(f"insert into ledger select 'employee_feedback', '{WORKBOOK}', _why, _key, 1 from dirty_remarks")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Remarks")
    sheet.append(header)
    for number, submitted, agent, stage, topic, score, remark in rows:
        sheet.append([number, _cell(submitted), agent, stage, topic, _cell(score), remark])
    content = io.BytesIO()
    book.save(content)
    book.properties.created = book.properties.modified = datetime(2026, 7, 1, 4, tzinfo=UTC)
    # openpyxl stamps the clock into the archive and into one part of it; the same sample must give the same bytes
    with zipfile.ZipFile(content) as drawn, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(drawn.namelist()):
            part = tostring(book.properties.to_tree()) if name == "docProps/core.xml" else drawn.read(name)
            archive.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 4, 0, 0)), part, zipfile.ZIP_DEFLATED)


def _cell(text: str | None) -> datetime | int | str | None:
    """Turn typed text into what a spreadsheet makes of it: a number or a date where it is one."""
    if text is None or text.isdigit():
        return text and int(text)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return text
