"""Tests with a Spark: skipped where the extra `spark` is not installed."""

from __future__ import annotations

import pytest

pytest.importorskip("pyspark", reason="Spark is an extra: `make scale` installs it")
