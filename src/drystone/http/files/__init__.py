"""Files as answers: ranges, names, and a directory nobody leaves."""
