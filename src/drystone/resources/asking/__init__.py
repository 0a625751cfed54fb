"""What a caller asks for: from the query string to plain requests for rows."""
