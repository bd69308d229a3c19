"""Values that drivers give, as text."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.sources.sql.values import as_text, bytes_as_text, hex_as_text, text_as_bytes

BERLIN = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", ""),
        (True, "true"),
        (2**63, "9223372036854775808"),
        (0.1, "0.1"),
        (1e22, "1e+22"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.10"), "1.10"),
        (Decimal("NaN"), "NaN"),
        (dt.datetime(2024, 7, 1, 8, 30), "2024-07-01T08:30:00"),  # noqa: DTZ001 - a database's local time
        (dt.datetime(2024, 7, 1, 8, 30, 0, 5, BERLIN), "2024-07-01T06:30:00.000005+00:00"),
        (dt.date(2024, 7, 1), "2024-07-01"),
        (dt.time(8, 30), "08:30:00"),
        (["é", None, 1], '["é", null, 1]'),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"caf\xc3\xa9", "café"),
        (bytearray(b"\xff\x00"), "\\xff00"),
        (memoryview(b"\\x41"), "\\x5c783431"),
    ],
)
def test_a_value_becomes_text(value: object, text: str | None) -> None:
    assert as_text(value) == text


@given(st.binary())
def test_bytes_can_be_had_back_from_their_text(value: bytes) -> None:
    assert text_as_bytes(bytes_as_text(value)) == value
    assert hex_as_text(f"\\x{value.hex()}") == bytes_as_text(value)
