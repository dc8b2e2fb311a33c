"""What the steps look up: sources, agents, countries, salts."""
