"""HTTP/1.1 as bytes, without I/O: grammar, heads, chunks, and the way out."""
