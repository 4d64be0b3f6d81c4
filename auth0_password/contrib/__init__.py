"""For other packages, each where it is installed."""
