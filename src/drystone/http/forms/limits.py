"""The bounds of a form: what `forms.py` and `form_data.py` read at most."""

from __future__ import annotations

from dataclasses import dataclass

from drystone.http.limits import KIB, MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLimits:
    """Bounds of one form; a form over one of them is answered with 413.

    Counters run over the whole form, never per field: limits that began anew with each
    field were CVE-2025-69228 (aiohttp).

    Attributes:
        max_urlencoded_bytes: a body of `application/x-www-form-urlencoded`. Rails and
            PHP bound its fields only; Go 10 MiB, Django 2.5 MiB, Express 100 KiB.
        max_fields: fields of such a body. Django and PHP 1,000; Express 1,000.
        max_parts: parts of a `multipart/form-data` body, files included. Unbounded
            ones: CVE-2023-25577 (Werkzeug). Starlette 1,000, Django 100 files.
        max_part_headers: header fields of one part; RFC 7578 knows three.
        max_part_header_bytes: the header fields of one part together. Unbounded ones:
            CVE-2026-34516 (aiohttp).
        max_text_bytes: names and values of all text fields together. Django 2.5 MiB,
            Werkzeug 500 kB.
        max_bytes: the whole body, framing included. nginx allows 1 MiB unless told
            otherwise; a route that takes larger files says so.
        max_preamble_bytes: what may stand before the first boundary. Nobody writes
            one; reading it without end was CVE-2026-40347 (python-multipart).
        spool_threshold_bytes: content of files that is kept in memory, for the whole
            form; more goes to one temporary file. Django 2.5 MiB, Starlette 1 MiB, for
            each file.
    """

    max_urlencoded_bytes: int = 256 * KIB
    max_fields: int = 100
    max_parts: int = 100
    max_part_headers: int = 16
    max_part_header_bytes: int = 4 * KIB
    max_text_bytes: int = 256 * KIB
    max_bytes: int = 10 * MIB
    max_preamble_bytes: int = 1 * KIB
    spool_threshold_bytes: int = 64 * KIB
