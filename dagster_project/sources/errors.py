"""The one error of unusable input."""


class SourceError(Exception):
    """Input cannot be landed; the message names source, stream and file, what was found, and the next step."""
