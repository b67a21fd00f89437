"""Where is violence concentrated."""
