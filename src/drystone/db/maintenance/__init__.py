"""What a database needs from time to time: partitions, and an end to what is kept."""
