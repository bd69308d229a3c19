"""What Dagster loads: everything in defs/, and nothing else."""

from pathlib import Path

from dagster import Definitions, definitions, load_from_defs_folder


@definitions
def defs() -> Definitions:
    """Load the modules of defs/."""
    return load_from_defs_folder(path_within_project=Path(__file__).parent)
