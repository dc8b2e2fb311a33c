"""The command ``check``: explains what a configuration opens, stores and trusts."""
