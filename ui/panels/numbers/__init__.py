"""Numbers: tiles, the chart of ten minutes, top lists."""
