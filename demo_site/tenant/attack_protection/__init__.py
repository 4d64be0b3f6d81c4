"""Attack protection: brute force, suspicious addresses, breached passwords."""
