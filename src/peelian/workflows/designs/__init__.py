"""Did it work: designs registered, effects estimated, series watched."""
