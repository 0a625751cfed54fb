"""The servers that are measured: one small file each, as its documentation says.

Each answers `/plaintext` with 13 bytes of text and `/json` with a small object
that is serialised per request, and sends `Date`, `Content-Length` and
`Content-Type`.
"""
