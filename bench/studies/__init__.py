"""What indexes, plans and pools do for the tracker's queries: the pages that docs/ shows."""
