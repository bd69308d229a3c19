"""Reading sources into the landing zone: one module or package per kind of source, and one per file format.

What belongs here: getting every record out of a source, as text, exactly as it came. Nothing here knows the contract's
entities or judges a value; no Dagster imports.
"""
