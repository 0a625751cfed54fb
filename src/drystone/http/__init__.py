"""HTTP/1.1 from the bytes up: parser, connection, server; knows no routes."""
