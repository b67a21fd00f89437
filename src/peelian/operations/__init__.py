"""Who goes where, when and for how long."""
