"""Which rows of an extraction are new or changed, told by key and content against what is landed; all of it in SQL."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from dagster_project.landing import Part
from dagster_project.quoting import identifier, literal
from dagster_project.source_config.live import DELETED_COLUMN
from dagster_project.sources.drift import Drift
from dagster_project.warehouse.files import sha256

BOUNDED = "row_group_size_bytes '16MB'"
"""Option of a Parquet file whose rows may be of any size: by itself, DuckDB holds 122,880 of them at a time."""
_POSITION = "_position"
"""A row's place, in a file of changes; as a name of lineage, it is no name of a source's column."""


@dataclass(frozen=True)
class Comparison:
    """What was found: files of changed rows and of rows that do not fit, and counts.

    `counted` is the number of extracted rows and of rows found deleted; it equals `rows + rejects + unchanged`.
    `position` is the SQL that tells a row's place in the extraction, from 1, over `relation`; rows found deleted come
    behind all others. `misfits` are all rows that do not fit, `rejects` those that no earlier load rejected.
    """

    file: Path
    position: str
    rejects_file: Path
    columns: tuple[str, ...]
    rows: int
    rejects: int
    misfits: int
    unchanged: int
    counted: int

    @property
    def relation(self) -> str:
        return _parquet(self.file, numbered=True)

    @property
    def rejects_sha256(self) -> str:
        return sha256(self.rejects_file)

    def rejected_rows(self) -> Iterator[tuple[int, str, str]]:
        """Yield position, reason and text of each row to reject."""
        with duckdb.connect() as connection:
            found = connection.execute(f"select position, reason, text from {_parquet(self.rejects_file)} order by all")
            while rows := found.fetchmany(1_000):
                yield from rows


def find_changes(
    connection: duckdb.DuckDBPyConnection,
    stem: Path,
    *,
    extracted: Path,
    listed: Path | None,
    columns: Sequence[str],
    key: Sequence[str],
    marks_deleted: bool,
    parts: Sequence[tuple[Part, int]],
    rejected: Sequence[Path],
    drift: Drift | None,
) -> Comparison:
    """Find the rows that are not landed already, and those that were deleted.

    A row is landed already if an equal one of its key is, unless it is the key's last in this extraction and differs
    from the newest landed one: then it changed back.

    Args:
        connection: where to compute.
        stem: the files to write are this with a suffix.
        extracted: Parquet, all columns text.
        listed: Parquet with the key of all rows there are now, if rows that are missing in it are deleted.
        columns: the columns to land; those that `extracted` lacks are NULL.
        key: the columns that tell rows apart.
        marks_deleted: whether rows say if they are deleted, in `DELETED_COLUMN`.
        parts: landed parts in force with the sequence of their batch.
        rejected: files of rows that earlier loads rejected.
        drift: what makes a row one that does not fit, if such rows are to be rejected.
    """
    there = _columns(connection, extracted)
    target = [*columns, DELETED_COLUMN] if marks_deleted else [*columns]
    deleted = [f"'false' as {identifier(DELETED_COLUMN)}"] if marks_deleted else []
    connection.execute("drop schema if exists comparing cascade; create schema comparing")
    connection.execute(
        "create view comparing.extracted as select file_row_number + 1 as position, "
        f"{', '.join([*_named(columns, there), *deleted])} from {_parquet(extracted, numbered=True)}"
    )
    keys = ", ".join(identifier(name) for name in key)
    content = _number(", ".join(identifier(name) for name in target))
    _create_landed(connection, parts, target, keys, content)
    _create_known(connection, keys, content, anything_landed=any(part.rows for part, _ in parts))
    _create_misfits(connection, target, drift, rejected)
    _create_gone(connection, keys, listed)
    return _written(connection, stem, extracted, target, keys, is_as_extracted=sorted(there) == sorted(target))


def _create_landed(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[tuple[Part, int]],
    target: Sequence[str],
    keys: str,
    content: str,
) -> None:
    """Create views of all landed rows under the columns of this load: whole, and as key and content."""
    if parts:
        there = {name for part, _ in parts for name in part.columns}
        sequences = ", ".join(f"({literal(part.load_id)}, {sequence})" for part, sequence in parts)
        rows = (
            f"select sequence, _position as position, {', '.join(_named(target, there))} "
            f"from {_parquet(*(part.path for part, _ in parts))} "
            f"join (values {sequences}) as load (_load_id, sequence) using (_load_id)"
        )
    else:
        rows = f"select 0 as sequence, cast(0 as bigint) as position, {', '.join(_named(target, ()))} where false"
    connection.execute(f"create view comparing.landed_row as {rows}")
    connection.execute(
        "create view comparing.landed as "
        f"select {_number(keys)} as key, {content} as content, sequence, position from comparing.landed_row"
    )


def _create_known(connection: duckdb.DuckDBPyConnection, keys: str, content: str, *, anything_landed: bool) -> None:
    """Create the table of the positions of extracted rows that are not to be landed, for they are already."""
    connection.execute("create table comparing.known (position bigint)")
    again = connection.execute(
        f"select 1 from comparing.extracted group by {keys} having count(*) > 1 limit 1"
    ).fetchone()
    if not anything_landed and again is None:
        return
    connection.execute(
        f"""
        insert into comparing.known
        with hashed as (select position, {_number(keys)} as key, {content} as content from comparing.extracted),
        ordered as (
            select *, lag(content) over by_position as previous, lead(content) over by_position is null as is_last
            from hashed
            window by_position as (partition by key order by position)
        ),
        landed as (select * from comparing.landed where key in (select key from hashed)),
        newest as (select key, arg_max(content, (sequence, position)) as content from landed group by key),
        same as (select distinct key, content from landed)
        select ordered.position
        from ordered
        left join newest on ordered.key is not distinct from newest.key
        left join same on ordered.key is not distinct from same.key and ordered.content = same.content
        where ordered.content is not distinct from ordered.previous
            or (same.content is not null and (not ordered.is_last or ordered.content = newest.content))
        """
    )


def _create_misfits(
    connection: duckdb.DuckDBPyConnection, target: Sequence[str], drift: Drift | None, rejected: Sequence[Path]
) -> None:
    """Create the table of rows that do not fit, with the reason and the row as text, and whether that is known."""
    reasons = []
    if drift:
        reasons = [f"when {identifier(name)} is not null then {literal(drift.reason(name))}" for name in drift.retyped]
        reasons += [f"when true then {literal(drift.reason(name))}" for name in drift.gone]
    if not reasons:
        connection.execute(
            "create table comparing.misfit (position bigint, reason varchar, text varchar, is_known boolean)"
        )
        return
    fields = ", ".join(f"{literal(name)}, {identifier(name)}" for name in target)
    is_known = f"text in (select text from {_parquet(*rejected)})" if rejected else "false"
    connection.execute(
        f"create table comparing.misfit as select *, {is_known} as is_known from ("
        f"select position, case {' '.join(reasons)} end as reason, cast(json_object({fields}) as varchar) as text "
        "from comparing.extracted anti join comparing.known using (position)) where reason is not null"
    )


def _create_gone(connection: duckdb.DuckDBPyConnection, keys: str, listed: Path | None) -> None:
    """Create the table of rows that were deleted: as they were landed last, and marked."""
    if listed is None:
        connection.execute(
            "create table comparing.gone as select * exclude (position) from comparing.extracted where false"
        )
        return
    mark = identifier(DELETED_COLUMN)
    connection.execute(
        f"create table comparing.gone as select * exclude (sequence, position) replace ('true' as {mark}) from ("
        f"select * from comparing.landed_row "
        f"qualify row_number() over (partition by {keys} order by sequence desc, position desc) = 1) "
        f"where {mark} is distinct from 'true' and [{keys}] not in (select [{keys}] from {_parquet(listed)})"
    )


def _written(
    connection: duckdb.DuckDBPyConnection,
    stem: Path,
    extracted: Path,
    target: Sequence[str],
    keys: str,
    *,
    is_as_extracted: bool,
) -> Comparison:
    rejects_file = stem.with_suffix(".rejects.parquet")
    connection.execute(
        "copy (select position, reason, text from comparing.misfit where not is_known order by position) "
        f"to {literal(str(rejects_file))} (format parquet)"
    )
    counts = connection.execute(
        "select (select count(*) from comparing.known), (select count(*) from comparing.misfit where is_known), "
        "(select count(*) from comparing.misfit), (select count(*) from comparing.gone), "
        "(select count(*) from comparing.extracted)"
    ).fetchone()
    assert counts is not None
    known, known_misfits, misfits, gone, counted = counts
    file, position = extracted, "file_row_number + 1"
    if known or misfits or gone or not is_as_extracted:
        # Rows bear their place, so that a join may change their order: a sort of all they hold would not fit.
        file, position = stem.with_suffix(".parquet"), _POSITION
        names = ", ".join(identifier(name) for name in target)
        connection.execute(
            f"copy (select {names}, position as {_POSITION} from comparing.extracted "
            "anti join comparing.known using (position) anti join comparing.misfit using (position) "
            f"union all select {names}, {counted} + row_number() over (order by {keys}) from comparing.gone) "
            f"to {literal(str(file))} (format parquet, compression zstd, {BOUNDED})"
        )
    connection.execute("drop schema comparing cascade")
    return Comparison(
        file=file,
        position=position,
        rejects_file=rejects_file,
        columns=tuple(target),
        rows=pq.ParquetFile(file).metadata.num_rows,
        rejects=misfits - known_misfits,
        misfits=misfits,
        unchanged=known + known_misfits,
        counted=counted + gone,
    )


def _number(names: str) -> str:
    """Stand for values with a number of 128 bits: millions of them are compared in the memory there is."""
    return f"md5_number(cast(to_json([{names}]) as varchar))"


def _columns(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    return [row[0] for row in connection.execute(f"describe from {_parquet(file)}").fetchall()]


def _named(target: Sequence[str], there: Collection[str]) -> list[str]:
    """Select the columns of `target`, as NULL where they are not there."""
    folded = {name.casefold() for name in there}
    return [
        f"{identifier(name) if name.casefold() in folded else 'cast(null as varchar)'} as {identifier(name)}"
        for name in target
    ]


def _parquet(*paths: Path, numbered: bool = False) -> str:
    listed = ", ".join(literal(glob.escape(str(path))) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true{', file_row_number = true' if numbered else ''})"
