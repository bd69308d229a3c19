"""Schema drift: columns of a live stream that came, went, or hold another kind of value than before.

What belongs here: telling what drifted. What becomes of the rows is decided by the stream's `drift`, in live.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Drift:
    """What differs from the loads before: `new` and `gone` are columns, `retyped` has (before, now) by column."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    retyped: Mapping[str, tuple[str, str]]

    def reason(self, column: str) -> str:
        """Say what became of a column that is gone or retyped."""
        if column in self.retyped:
            before, now = self.retyped[column]
            return f"column {column!r} was {before}, is {now}"
        return f"column {column!r} is no longer there"

    @property
    def reasons(self) -> list[str]:
        """What breaks a mapping, a phrase each."""
        return [self.reason(column) for column in [*self.gone, *self.retyped]]


def drift(
    before: Mapping[str, str], now: Mapping[str, str], *, columns: Collection[str], mapped: Collection[str]
) -> Drift:
    """Compare the kinds of values of a load with those of the loads before it.

    Args:
        before: column → kind, over all loads before; empty if there were none.
        now: column → kind in this load, of columns that hold any value.
        columns: the columns that this load has, with values or without.
        mapped: the columns that mappings read; only these break anything when they go or change.
    """
    if not before:
        return Drift((), (), {})
    return Drift(
        new=tuple(name for name in now if name not in before),
        gone=tuple(name for name in before if name in mapped and name not in columns),
        retyped={
            name: (before[name], kind)
            for name, kind in now.items()
            if name in mapped and before.get(name, kind) != kind
        },
    )
