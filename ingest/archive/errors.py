"""Why a command can't do what it was asked."""


class ArchiveError(ValueError):
    """The message says what can't be used, and what could be."""


class Unreadable(ValueError):
    """What is wrong with a file as a whole. Who knows its name makes an ``ArchiveError`` of it."""
