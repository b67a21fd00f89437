"""Outside files: one module per provider."""
