"""The app of the user model."""
