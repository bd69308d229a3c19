"""The English sentiment model: linear over words and pairs of words; its weights, and the script that learns them.

docs/text.md is its card: the data, their licences, how well it works, and where it does not.
"""
