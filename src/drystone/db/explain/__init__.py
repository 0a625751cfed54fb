"""What statements cost, told by PostgreSQL itself: plans read, judged and printed."""
