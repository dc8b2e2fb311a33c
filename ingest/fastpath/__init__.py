"""All that touches uvicorn's HTTP classes: plain events straight from the connection."""
