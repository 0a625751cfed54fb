r"""The productions of HTTP/1.1 that the parser and the writer need, as patterns.

Each pattern stands below the rule it comes from. All of them work on bytes, are
meant for `fullmatch`, and are linear: classes are disjoint or possessive, so no
input makes one of them backtrack. Lengths are bounded before a pattern is tried.

Sources: RFC 9110 (semantics), RFC 9112 (messages), RFC 3986 (URIs).
"""

from __future__ import annotations

import re

# tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_"
#       / "`" / "|" / "~" / DIGIT / ALPHA            RFC 9110, section 5.6.2
TCHAR = rb"!#$%&'*+\-.^_`|~0-9A-Za-z"
TOKEN = re.compile(rb"[" + TCHAR + rb"]+")

# request-line = method SP request-target SP HTTP-version
# HTTP-version = HTTP-name "/" DIGIT "." DIGIT        RFC 9112, sections 2.3 and 3
# A target is printable ASCII here: what else a URI may not hold is judged by form.
REQUEST_LINE = re.compile(rb"([" + TCHAR + rb"]++) ([\x21-\x7e]++) HTTP/([0-9])\.([0-9])")

# What a request line may look like before its CRLF has come: a TLS hello or a
# stray binary is refused by its first byte instead of by a time-out.
REQUEST_LINE_START = re.compile(
    rb"(?:[" + TCHAR + rb"]++(?: (?:[\x21-\x7e]++(?: (?:[HTP/.0-9]++)?\r?)?)?)?)?"
)

# field-line = field-name ":" OWS field-value OWS
# field-content = field-vchar [ 1*( SP / HTAB / field-vchar ) field-vchar ]
# field-vchar = VCHAR / obs-text                      RFC 9110, section 5.5
# The value is matched with its OWS, which is then stripped: SP and HTAB only.
FIELD_LINE = re.compile(rb"([" + TCHAR + rb"]++):([\t\x20-\x7e\x80-\xff]*+)")
FIELD_VALUE_BYTES = bytes((0x09, *range(0x20, 0x7F), *range(0x80, 0x100)))
FIELD_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*+")

# A line ends in CRLF and in nothing else; RFC 9112, section 2.2 allows a lone LF,
# which is how one party sees two messages where another sees one.
STRAY_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
# The same for bytes that still arrive: a CR at the very end may get its LF.
STRAY_LINE_END_SO_FAR = re.compile(rb"\r(?!\n|\Z)|(?<!\r)\n")

# Content-Length = 1*DIGIT, bounded so that int() stays cheap (RFC 9110, 8.6).
CONTENT_LENGTH = re.compile(rb"[0-9]{1,15}")

# chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
# chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
#                                                     RFC 9112, section 7.1
# BWS is "bad" white space that senders must not write: it is not accepted.
_QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*+"'
CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]{1,8})(?:;[" + TCHAR + rb"]++(?:=(?:[" + TCHAR + rb"]++|" + _QUOTED + rb"))?)*+"
)

# Host = uri-host [ ":" port ]                        RFC 9110, section 7.2
# uri-host is RFC 3986's reg-name or IP-literal, here never empty.
HOST = re.compile(
    rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]++|\[[0-9A-Fa-f:.]{2,45}\]|\[v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~:]+\])"
    rb"(?::[0-9]{0,5})?"
)
AUTHORITY_FORM = re.compile(
    rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]++|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}"
)

# absolute-form = absolute-URI                        RFC 9112, section 3.2.2
ABSOLUTE_FORM = re.compile(rb"(?i:(https?))://([^/?#]*+)([^?#]*+)(\?[^#]*+)?")

# origin-form = absolute-path [ "?" query ]           RFC 9112, section 3.2.1
# pct-encoded = "%" HEXDIG HEXDIG                     RFC 3986, section 2.1
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
