"""Pages for people who look behind the stand-in, and what all pages share."""
