"""The control interface for tests and the demonstration; Auth0 has nothing like it."""
