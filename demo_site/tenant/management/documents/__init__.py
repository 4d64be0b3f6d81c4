"""What the Management API stores as it comes: forms, flows, vault connections. Running them is another matter."""
