"""Figures for the force and for the public, and their release."""
