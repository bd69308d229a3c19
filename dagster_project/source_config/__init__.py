"""What careloop.yml says of sources: one module per kind, and what all kinds have in common.

What belongs here: the shapes, and the errors about them. Reading the sources belongs in `sources`, turning mappings
into SQL in raw.py.
"""
