"""The My Account API: what users may do to their own account, with a token of their own."""
