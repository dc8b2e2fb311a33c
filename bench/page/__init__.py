"""The page: in Chromium, and as connections that a page would hold."""
