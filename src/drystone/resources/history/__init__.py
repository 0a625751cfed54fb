"""What a row was: its changes, its state at a time, and the way back."""
