"""The part of the Authentication API that is about database connections."""
