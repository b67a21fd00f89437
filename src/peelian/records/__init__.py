"""People, accounts and jobs in PostgreSQL."""
