"""Models: what a table, a body and a description are made from."""
