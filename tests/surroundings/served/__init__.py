"""The demonstration as a server serves it, with pages that show a canary at addresses which are easy to reach."""
