"""Where in a folder a text stands: in the bytes of every file, and in every value of files that compress theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from dagster_project.quoting import identifier, literal


def places(folder: Path, texts: list[str]) -> list[str]:
    """Name the files and tables below a folder that hold one of the texts, each with the text."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        content = path.read_bytes()
        found += [f"{path.relative_to(folder)}: {text}" for text in texts if text.encode() in content]
        found += [f"{path.relative_to(folder)}, {where}: {text}" for where, text in _values(path, texts)]
    return found


def tables_with(database: Path, texts: list[str], *, leaving_out: tuple[str, ...] = ()) -> list[str]:
    """Name the tables and views of a database that hold one of the texts, but for the schemas left out."""
    return [f"{where}: {text}" for where, text in _values(database, texts) if where.split(".")[0] not in leaving_out]


def _values(path: Path, texts: list[str]) -> Iterator[tuple[str, str]]:
    if path.suffix not in (".parquet", ".duckdb"):
        return
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            relations = {"values": f"read_parquet({literal(str(path))})"}
        else:
            connection.execute(f"attach {literal(str(path))} as searched (read_only)")
            connection.execute("use searched")
            relations = {
                f"{schema}.{name}": f"{identifier(schema)}.{identifier(name)}"
                for schema, name in connection.execute(
                    "select table_schema, table_name from information_schema.tables where table_catalog = 'searched'"
                ).fetchall()
            }
        any_text = literal("|".join(re.escape(text) for text in texts))
        for name, relation in relations.items():
            rows = f"(select cast(row_as_read as varchar) as row_text from {relation} as row_as_read)"
            if connection.execute(
                f"select 1 from {rows} where regexp_matches(row_text, {any_text}) limit 1"
            ).fetchone():
                for text in texts:
                    if connection.execute(
                        f"select 1 from {rows} where contains(row_text, $1) limit 1", [text]
                    ).fetchone():
                        yield name, text
