"""What a request is made of, each part read by pure functions."""
