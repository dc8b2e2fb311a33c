"""The bar on top: connection, filters, alerts."""
