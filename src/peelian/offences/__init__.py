"""What kind: offence classes, serious-violence sets, public place against domestic."""
