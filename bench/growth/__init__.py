"""How the cost of an event grows with load, sessions, names, clients and open pages."""
