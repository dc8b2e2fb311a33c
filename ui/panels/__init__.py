"""The panels of the page, one file each, with its script beside it."""
