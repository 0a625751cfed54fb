"""The pool: connections lent first come, first served, and given back as they are."""
