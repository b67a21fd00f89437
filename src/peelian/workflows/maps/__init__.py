"""Where violence is concentrated, on a map and in a table."""
