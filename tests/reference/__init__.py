"""A second opinion: every KPI computed again, slowly and readably, from the rows that staging hands on.

It is written from the KPI dictionary and its readings, never from the SQL models, so that a mistake has to be made
twice, in two languages and two ways of thinking, to go unseen. Loops over rows are right here: the point is that a
reader can follow one ticket from its events to a figure with a pencil. A topic has a file; `reading` reads, `periods`
sums up, `all_kpis` lists what there is. Cleaning (what staging accepts) is proven elsewhere and is no part of it.
"""
