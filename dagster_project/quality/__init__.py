"""The quality gates: Great Expectations suites as data, run inside DuckDB, and their verdicts recorded.

`suites` reads what is expected, `gate` says what was found and decides, `record` keeps it. `engine` is the only place
that touches Great Expectations, whose import takes seconds. Which gate runs when, and what a stopped run means, is
decided by the callers.
"""
