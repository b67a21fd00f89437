"""Where next: one module per method."""
