"""The pages: parse, call one workflow, show."""
