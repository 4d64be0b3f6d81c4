"""Passwords for Django sites that sign their users in through Auth0 Universal Login."""

__version__ = "0.1.0"
