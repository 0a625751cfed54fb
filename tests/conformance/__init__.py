"""Conformance: other people's data sets and parsers as oracles."""
