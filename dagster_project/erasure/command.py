"""`careloop erase-customer`: a person goes out of everything, in steps that can be taken again when one is killed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project.config import Settings
from dagster_project.erasure.clearing import clear_new_batches
from dagster_project.erasure.history import IN_PLACE, forget
from dagster_project.erasure.records import Erasure, ErasureError, digest_of, read_erasures
from dagster_project.launch import PUBLISHED, Outcome
from dagster_project.pseudonyms import pseudonym, pseudonym_key
from dagster_project.quality.record import carry_results
from dagster_project.warehouse import Workspace, connect, current, discard_build, keep_current_only


@dataclass(frozen=True)
class Erased:
    """Rows taken out of the landing zone, by entity, and what became of the run that publishes without them."""

    rows: Counter[str]
    outcome: Outcome


def erase_customer(settings: Settings, source: str, customer_id: str, *, publish: Callable[[], Outcome]) -> Erased:
    """Erase a customer from the workspace, and publish a version without them in the place of all that are there.

    Args:
        settings: whose mappings say which rows are the customer's.
        source: the source whose number it is.
        customer_id: the customer's own number there.
        publish: runs the main job; earlier versions are removed only where that publishes.

    Raises:
        ConfigError: there is no key of pseudonyms.
        ErasureError: the source has no customers, or nothing there is this customer's; nothing was changed.
        WorkspaceBusy: a run holds the workspace.
    """
    key = pseudonym_key(settings)
    workspace = settings.warehouse
    owners = sorted(_owners_of_customers(settings))
    if source not in owners:
        raise ErasureError(
            f"source {source!r} gives customers no numbers; those that do: {', '.join(owners) or 'none'}"
        )
    digest = digest_of(key, source, customer_id.strip())
    with workspace.lock("erase-customer"):
        before = read_erasures(workspace, key)
        is_known = digest in before.digests
        erasure = Erasure(digest=digest, erased_at=datetime.now(UTC))
        erased = before.erased if is_known else (*before.erased, erasure)
        # Written first: whatever ends this command, the next run clears what is left.
        before.model_copy(update={"erased": erased, "cleared": ()}).write(workspace)
        rows = clear_new_batches(settings, workspace)
        if not rows and not is_known:
            before.write(workspace)
            raise ErasureError(
                f"nothing that is landed is about customer {customer_id!r} of source {source!r}; nothing was changed"
            )
        person = pseudonym(key, f"{source}:{customer_id.strip()}")
        _empty_what_is_built(workspace, person)
        outcome = publish()
        if outcome.exit_code == PUBLISHED:
            keep_current_only(workspace)
        forget(workspace, person)
    return Erased(rows, outcome)


def _owners_of_customers(settings: Settings) -> set[str]:
    providers = {source.name for source in settings.sources if "customers" in source.entities}
    return providers | {source.references.get("customers", source.name) for source in settings.sources}


def _empty_what_is_built(workspace: Workspace, person: str) -> None:
    """Discard the build, for the bytes of rows stay where they are deleted, and what was spilled of it."""
    discard_build(workspace)
    shutil.rmtree(workspace.tmp)
    workspace.create()
    version = current(workspace)
    if version is not None:
        connection = connect(workspace)
        try:
            carry_results(connection, version.file, replacing={person: IN_PLACE})
        finally:
            connection.close()
