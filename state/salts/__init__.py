"""Salts of a day, from which the ids of visitors are derived; kept for two days, then gone."""
