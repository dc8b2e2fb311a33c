"""REST: routes, requests and responses."""
