"""Erasing a person: out of the landing zone, the build file, every published version, and Dagster's history.

What belongs here: who is erased (`records`), which landed rows are theirs (`people`), and how a batch is written anew
without them (`removal`). What of a person stays as a fact about nobody, and why, is said in docs/security.md.
"""

from dagster_project.erasure.clearing import clear_new_batches
from dagster_project.erasure.command import Erased, erase_customer
from dagster_project.erasure.records import ErasureError

__all__ = ["Erased", "ErasureError", "clear_new_batches", "erase_customer"]
