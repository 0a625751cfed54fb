"""Drystone: a REST API platform on PostgreSQL, built without a framework."""
