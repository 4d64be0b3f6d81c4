"""Actions: JavaScript of the tenant's own that runs at its triggers, in Node 22."""
