"""A project of its own: users with a UUID as key, without username, e-mail field and `get_full_name`."""
