"""Formats of instants, as Java reads them; that both engines then read the same is tests/scale/test_engines.py's."""

from __future__ import annotations

import pytest

from dagster_project.spark.instant_format import FormatError, java_format


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("%d.%m.%Y %H:%M:%S", "d.M.y H:m:s"),
        ("%Y%m%d", "yyyyMMdd"),
        ("%Y-%m-%dT%H:%M:%S.%f", "y-M-d'T'H:m:s.SSSSSS"),
        ("%d %b %Y, %I:%M %p", "d MMM y, h:m a"),
        ("100%% %Y", "100% y"),
    ],
)
def test_fields_that_stand_apart_take_as_many_digits_as_there_are(pattern: str, expected: str) -> None:
    assert java_format(pattern) == expected


def test_a_field_that_spark_cannot_read_is_named() -> None:
    with pytest.raises(FormatError, match=r"'%d %U': Spark cannot read %U; it reads %d"):
        java_format("%d %U")
