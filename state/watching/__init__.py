"""Watches the people here for what is unusual, and raises the alerts that the rules ask for."""
