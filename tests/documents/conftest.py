"""Fixtures of the documents' room."""

from intake_world import any_world, world

__all__ = ["any_world", "world"]
