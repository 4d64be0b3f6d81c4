"""The demonstration: a small library's site, and a local tenant for it to sign in at."""
