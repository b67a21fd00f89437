"""Narratives of crime reports: labelled, coded by people, compared."""
