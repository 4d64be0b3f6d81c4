"""Forms that Actions render, and their flows."""
