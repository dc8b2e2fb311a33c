"""Errors of the two commands."""


class ArchiveError(ValueError):
    """A command can't be carried out. The message names what can't be used and what is allowed."""


class Unreadable(ValueError):
    """A file can't be read as a whole. ``source_of`` adds its name."""
