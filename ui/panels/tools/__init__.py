"""Buttons of the top bar: sound, theme, reset, logout."""
