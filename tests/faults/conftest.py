"""Faults of the warehouse begin with the small workspace that its unit tests use."""

from tests.unit.warehouse.conftest import built, publish_run, run_name, workspace

__all__ = ["built", "publish_run", "run_name", "workspace"]
