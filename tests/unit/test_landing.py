"""The landing zone by itself: what a batch is, whatever kind of source it came from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.landing import Batch, LandingZone
from dagster_project.manifest import Identity, LandedFile, LandingError

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def identity(content: str, settings: str = "rfc4180") -> Identity:
    return Identity(sha256=content, settings_sha256=settings)


def land(zone: LandingZone, *identities: Identity, rows: int = 3, counted: int = 3) -> Batch:
    with zone.landing("crm", "tickets", identities) as landing:
        for it in identities:
            part = landing.next_part
            pq.write_table(pa.table({"id": ["1", "2", "3"]}), landing.folder / part)
            landing.add(
                LandedFile(
                    **it.model_dump(),
                    file=f"{it.sha256}.csv",
                    part=part,
                    rows=rows,
                    rejected=0,
                    counted=counted,
                    columns=("id",),
                    extracted_at=NOON,
                )
            )
        return landing.commit()


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    return LandingZone(tmp_path / "landing")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_committed_batch_is_found_again_with_its_parts(zone: LandingZone) -> None:
    batch = land(zone, identity("a"), identity("b"))

    assert zone.batches("crm", "tickets") == [batch]
    parts = zone.parts("crm", "tickets")
    assert [(part.file, part.rows, part.columns, part.load_id) for part in parts] == [
        ("a.csv", 3, ("id",), batch.load_id),
        ("b.csv", 3, ("id",), batch.load_id),
    ]
    assert [pq.read_table(part.path).num_rows for part in parts] == [3, 3]
    assert {path.name for path in files_below(zone.folder)} == {
        "part-00000.parquet",
        "part-00001.parquet",
        "manifest.json",
    }


def test_streams_do_not_see_each_others_batches(zone: LandingZone) -> None:
    land(zone, identity("a"))

    assert zone.parts("crm", "orders") == []
    assert zone.missing("crm", "orders", [identity("a")]) == [identity("a")]


def test_an_error_while_landing_leaves_nothing_behind(zone: LandingZone) -> None:
    def land_from_a_source_that_goes_away() -> None:
        with zone.landing("crm", "tickets", [identity("a")]) as landing:
            pq.write_table(pa.table({"id": ["1"]}), landing.folder / landing.next_part)
            raise ConnectionError("the source went away")

    with pytest.raises(ConnectionError):
        land_from_a_source_that_goes_away()

    assert zone.batches("crm", "tickets") == []
    assert files_below(zone.folder) == []


def test_what_a_killed_run_left_behind_is_no_batch_and_is_swept_by_the_next_landing(zone: LandingZone) -> None:
    killed = f"""
        import os, signal
        from pathlib import Path
        from dagster_project.landing import LandingZone
        from dagster_project.manifest import Identity
        zone = LandingZone(Path({str(zone.folder)!r}))
        with zone.landing("crm", "tickets", [Identity(sha256="a", settings_sha256="x")]) as landing:
            (landing.folder / landing.next_part).write_bytes(b"half a part")
            (landing.scratch / "text").write_bytes(b"temporary")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(killed)], env=dict(os.environ), check=False)
    assert process.returncode == -signal.SIGKILL
    assert len(files_below(zone.folder)) == 2

    assert zone.batches("crm", "tickets") == []
    batch = land(zone, identity("b"))
    assert {path.parent for path in files_below(zone.folder)} == {batch.folder}


def test_the_same_inputs_give_the_same_load_id_in_any_order_and_others_do_not(tmp_path: Path) -> None:
    first = land(LandingZone(tmp_path / "1"), identity("a"), identity("b"))
    second = land(LandingZone(tmp_path / "2"), identity("b"), identity("a"))
    other = land(LandingZone(tmp_path / "3"), identity("a"), identity("c"))

    assert first.load_id == second.load_id
    assert first.load_id != other.load_id
    assert len(first.load_id) == 16
    assert set(first.load_id) <= set("0123456789abcdef")


def test_only_what_was_never_landed_is_missing_and_each_of_it_once(zone: LandingZone) -> None:
    land(zone, identity("a"))

    asked = [identity("c"), identity("a"), identity("b"), identity("c")]
    assert zone.missing("crm", "tickets", asked) == [identity("c"), identity("b")]


def test_the_same_content_with_other_settings_replaces_the_part_it_was_landed_as_before(zone: LandingZone) -> None:
    old = land(zone, identity("a"), identity("b"))
    new = land(zone, identity("a", "mended"))

    assert [(it.load_id, it.file) for it in new.manifest.replaces] == [(old.load_id, "a.csv")]
    assert {(part.load_id, part.file) for part in zone.parts("crm", "tickets")} == {
        (old.load_id, "b.csv"),
        (new.load_id, "a.csv"),
    }


def test_settings_that_are_changed_back_come_into_force_again(zone: LandingZone) -> None:
    land(zone, identity("a", "one"))
    land(zone, identity("a", "other"))

    assert zone.missing("crm", "tickets", [identity("a", "one")]) == [identity("a", "one")]
    third = land(zone, identity("a", "one"))
    assert [part.load_id for part in zone.parts("crm", "tickets")] == [third.load_id]
    assert len(zone.batches("crm", "tickets")) == 3


def test_an_intact_batch_verifies(zone: LandingZone) -> None:
    land(zone, identity("a")).verify()


def test_a_flipped_bit_is_found_and_the_file_named(zone: LandingZone) -> None:
    batch = land(zone, identity("a"), identity("b"))
    part = batch.folder / "part-00001.parquet"
    content = bytearray(part.read_bytes())
    content[10] ^= 1
    part.write_bytes(content)

    with pytest.raises(LandingError, match=r"part-00001\.parquet.*restore"):
        batch.verify()


def test_a_missing_file_is_found(zone: LandingZone) -> None:
    batch = land(zone, identity("a"))
    (batch.folder / "part-00000.parquet").unlink()

    with pytest.raises(LandingError, match=r"part-00000\.parquet.*found no such file"):
        batch.verify()


def test_a_file_that_was_added_is_found(zone: LandingZone) -> None:
    batch = land(zone, identity("a"))
    pq.write_table(pa.table({"id": ["4"]}), batch.folder / "part-00001.parquet")

    with pytest.raises(LandingError, match=r"part-00001\.parquet: expected no such file"):
        batch.verify()


def test_a_manifest_of_another_batch_is_found(zone: LandingZone) -> None:
    batch, other = land(zone, identity("a")), land(zone, identity("b"))
    (batch.folder / "manifest.json").write_bytes((other.folder / "manifest.json").read_bytes())

    (found,) = [it for it in zone.batches("crm", "tickets") if it.folder == batch.folder]
    with pytest.raises(LandingError, match=rf"{batch.load_id}.*"):
        found.verify()


def test_a_manifest_that_cannot_be_read_is_an_error_that_names_it(zone: LandingZone) -> None:
    batch = land(zone, identity("a"))
    (batch.folder / "manifest.json").write_text("{")

    with pytest.raises(LandingError, match=rf"{batch.load_id}.*manifest\.json"):
        zone.parts("crm", "tickets")


def test_counts_that_do_not_add_up_land_nothing(zone: LandingZone) -> None:
    with pytest.raises(LandingError, match=r"3 rows and 0 rejects.*finds 4 records"):
        land(zone, identity("a"), rows=3, counted=4)

    assert zone.batches("crm", "tickets") == []


def test_a_batch_without_all_of_its_parts_is_not_committed(zone: LandingZone) -> None:
    with pytest.raises(LandingError, match="lacks parts"), zone.landing("crm", "tickets", [identity("a")]) as landing:
        landing.commit()

    assert zone.batches("crm", "tickets") == []
