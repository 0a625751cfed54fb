"""What a valid value is: strict JSON and typed decoding."""
