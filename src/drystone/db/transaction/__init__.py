"""Transactions: modes, savepoints, locks, and running again what lost a race."""
