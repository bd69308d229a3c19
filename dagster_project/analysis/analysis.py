"""What an analysis is: queries in, a function, declared tables out; and in which order analyses run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from dagster_project.spark.connection import Reader

_READ = re.compile(r"\b(core|kpi|seed|analysis)\.(\w+)")


@dataclass(frozen=True)
class Analysis:
    """One analysis.

    `inputs` are queries by name over `core`, `kpi`, `seed` and `analysis`; they aggregate, so that a frame holds what a
    figure needs and not a whole fact table, and add doubles up by `exact_sum`; topic_proposal reads `personal.texts` as
    well. `analyse` takes their frames by these names and returns one frame for each of `tables`; it depends on nothing
    else, so that the same frames give the same tables.
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

    def run(self, reader: Reader) -> Mapping[str, pd.DataFrame]:
        """Ask for the inputs and make the tables of them."""
        return self.analyse(**self.frames(reader))

    def frames(self, reader: Reader) -> dict[str, pd.DataFrame]:
        """Ask for the inputs.

        Rows come in the order of all their columns: threads bring them in any, and statistics add them up in turn.
        """
        return {name: reader.execute(f"from ({query}) order by all").df() for name, query in self.inputs.items()}


def in_order(analyses: Iterable[Analysis]) -> list[Analysis]:
    """Return the analyses so that each comes after those whose tables it reads.

    Raises:
        graphlib.CycleError: two of them read each other's tables.
    """
    named = {analysis.name: analysis for analysis in analyses}
    makers = {("analysis", table): name for name, analysis in named.items() for table in analysis.tables}
    read = {name: [makers[it] for it in analysis.reads if it in makers] for name, analysis in named.items()}
    return [named[name] for name in TopologicalSorter(read).static_order()]
