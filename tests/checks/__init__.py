"""Checks of the project itself: style, types, layers, generated files, packaging, coverage, other interpreters."""
