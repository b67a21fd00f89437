"""Peelian: an open workbench for reducing serious violence and knife crime."""

__version__ = "0.1.0"
