"""What pending migrations would lock, rewrite and scan, and the safe form of each."""
