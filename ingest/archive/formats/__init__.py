"""File formats of archives: ndjson, csv, parquet."""
