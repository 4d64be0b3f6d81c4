"""The hosted pages: sign in, forgot password, new password."""
