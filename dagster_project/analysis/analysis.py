"""What an analysis is: queries in, a function, declared tables out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_READ = re.compile(r"\b(core|kpi|seed|analysis)\.(\w+)")


@dataclass(frozen=True)
class Analysis:
    """One analysis.

    `inputs` are queries by name over `core`, `kpi`, `seed` and `analysis`; they aggregate and order, so that a frame
    holds what a figure needs and not a whole fact table. One reads texts as well (topic_proposal). `analyse` takes their frames by these names and returns one
    frame for each of `tables`; it depends on nothing else, so that the same frames give the same tables.
    """

    name: str
    description: str
    inputs: Mapping[str, str]
    tables: tuple[str, ...]
    analyse: Callable[..., Mapping[str, pd.DataFrame]]

    @property
    def reads(self) -> list[tuple[str, str]]:
        """Schema and name of the tables in the queries, each once, in order."""
        return sorted({read for query in self.inputs.values() for read in _READ.findall(query)})
