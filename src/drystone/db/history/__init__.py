"""The history of rows: who changes them, and what they were."""
