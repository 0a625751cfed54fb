"""Filters: from parameters and expressions to one predicate."""
