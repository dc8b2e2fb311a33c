"""The panels of the page: a Python file each, with its Vue component beside it."""
