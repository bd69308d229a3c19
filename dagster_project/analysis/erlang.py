"""Erlang's formulas of queues with many servers, on scipy's Poisson distribution.

Erlang B, the share of contacts that would meet only busy agents if nobody waited, is the Poisson probability of exactly
c contacts at once given at most c of them: the stationary distribution of an M/M/c/c queue is a truncated Poisson one.
Erlang C, the share that waits, follows from it: C = c B / (c - a (1 - B)). Waiting times are exponential, so a share
1 - C exp(-(c - a) t / h) is answered within t (Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory,
4th edition, sections 2.3 to 2.5). a is the load in erlangs: contacts per hour times handle time in hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]


def erlang_b(agents: Array, load: Array) -> Array:
    """Probability that all agents are busy where nobody waits; `load` in erlangs."""
    import numpy as np
    from scipy.stats import poisson

    return np.asarray(poisson.pmf(agents, load) / poisson.cdf(agents, load))


def erlang_c(agents: Array, load: Array) -> Array:
    """Probability that a contact waits; 1 where the agents cannot cope with the load."""
    import numpy as np

    blocked = erlang_b(agents, load)
    spare = np.maximum(agents - load * (1 - blocked), np.finfo(float).tiny)
    return np.where(agents > load, agents * blocked / spare, 1.0)


def service_level(agents: Array, load: Array, handle_seconds: Array, threshold_seconds: Array) -> Array:
    """Share of contacts answered within the threshold; 0 where the queue would grow without end."""
    import numpy as np

    late = erlang_c(agents, load) * np.exp(-np.maximum(agents - load, 0) * threshold_seconds / handle_seconds)
    return np.where(agents > load, 1 - late, 0.0)


def agents_needed(load: Array, handle_seconds: Array, threshold_seconds: Array, wanted: Array) -> Array:
    """Fewest agents that hold the wanted service level, a share below 1; 0 where there is no load."""
    import numpy as np

    agents = np.where(load > 0, np.floor(load) + 1, 0.0)
    short = load > 0
    while short.any():
        held = service_level(agents[short], load[short], handle_seconds[short], threshold_seconds[short])
        short[short] = held < wanted[short]
        agents[short] += 1
    return agents
