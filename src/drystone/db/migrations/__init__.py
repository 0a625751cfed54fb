"""Migrations: numbered plain SQL files, applied once each, in order."""
