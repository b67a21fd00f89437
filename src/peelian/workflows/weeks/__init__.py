"""Weeks of action."""
