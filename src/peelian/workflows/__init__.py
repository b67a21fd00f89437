"""One function per job: gather, decide, apply."""
