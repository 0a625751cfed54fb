"""Cookies: the `Cookie` field read, values of `Set-Cookie` written.

`Request.cookies` calls `parse_cookies`; `Response.set_cookie` calls `format_cookie`.

Sources: RFC 6265bis (draft-ietf-httpbis-rfc6265bis), sections 4.1 (what a server
writes), 4.1.3 (name prefixes), 5.6 (how user agents read it back); CHIPS for
`Partitioned`; RFC 9110, section 5.6.7 for dates.

Invariants:
- Reading is linear, bounded in the number of pairs, and never fails for a cookie
  that someone else set: a page on a sibling domain must not be able to break this
  one. What cannot be trusted is left out instead.
- What is written is a cookie that a browser keeps as meant. Anything that it would
  drop, cut or read in another way is a `ValueError`, since a declaration is wrong.

Left out on purpose: encodings of values (a value is octets that a cookie can hold:
base64url, hexadecimal) and signatures, which belong to what the cookie is for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from drystone.errors import BadRequest, Violation
from drystone.http.protocol.grammar import TCHAR

MAX_PAIRS: Final = 50

# cookie-name = token                                  RFC 9110, section 5.6.2
_NAME: Final = re.compile(rf"[{TCHAR.decode('ascii')}]+")
# cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
#   (US-ASCII without CTL, white space, DQUOTE, comma, semicolon and backslash)
_VALUE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
# path-value = *av-octet, av-octet = %x20-3A / %x3C-7E; a browser replaces a path that
# does not start with a slash by one of its own.
_PATH: Final = re.compile(r"/[\x20-\x3a\x3c-\x7e]*")
# domain-value = <subdomain>, RFC 1034, section 3.5. A leading dot is ignored by
# browsers and misleads readers, so it is not written.
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")

# RFC 6265bis, section 5.6: a browser drops a cookie whose name and value together, or
# one of whose attributes, is longer.
_MAX_PAIR_BYTES: Final = 4096
_MAX_ATTRIBUTE_BYTES: Final = 1024

_SAME_SITE: Final = frozenset({"Strict", "Lax", "None"})
_PRIORITIES: Final = frozenset({"Low", "Medium", "High"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_cookies(header: str | None, *, max_pairs: int = MAX_PAIRS) -> dict[str, str]:
    """Return the cookies of a `Cookie` field by name; names are case-sensitive.

    Left out, as if they had not been sent:
    - a pair without a name (`=__Host-sid=x`, `x`): browsers serialise such a cookie so
      that it looks like another one;
    - a pair whose name is not a token;
    - every pair of a name that appears twice: the second one comes from another path
      or a sibling domain, and the field does not tell which is ours.

    Values are kept as sent, double quotes included: `format_cookie` writes none, and
    browsers count them as part of the value.

    Args:
        header: the field's value; None where it is absent.
        max_pairs: how many there may be. Browsers keep 50 (RFC 6265bis asks for at
            least that) to 180 for a domain.

    Raises:
        BadRequest: there are more.

    >>> parse_cookies('session=abc; theme="dark"; =__Host-session=evil')
    {'session': 'abc', 'theme': '"dark"'}
    >>> parse_cookies("session=mine; session=theirs; a=1")
    {'a': '1'}
    """
    if not header:
        return {}
    pieces = header.split(";", max_pairs)
    if len(pieces) > max_pairs:
        detail = f"There are more than {max_pairs} cookies."
        raise BadRequest(detail, errors=[Violation(code="limit", detail=detail, header="Cookie")])
    cookies: dict[str, str] = {}
    repeated: set[str] = set()
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip(" \t")
        if not equals or not _NAME.fullmatch(name):
            continue
        if name in cookies:
            repeated.add(name)
        cookies[name] = value.strip(" \t")
    for name in repeated:
        del cookies[name]
    return cookies


def format_cookie(
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    expires: datetime | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool = True,
    http_only: bool = True,
    same_site: str = "Lax",
    partitioned: bool = False,
    priority: str | None = None,
) -> str:
    r"""Return a value of `Set-Cookie`; the safe attributes are the defaults.

    Args:
        name: a token. With `__Secure-`, `__Host-`, `__Http-` or `__Host-Http-` in
            front it promises attributes, which are then required.
        value: cookie octets: printable ASCII without space, `"`, `,`, `;` and `\`.
        max_age: seconds that it lives; 0 removes it. With neither this nor `expires`
            it ends with the browser's session.
        expires: the same as a date with a time zone, for clients without `Max-Age`.
        path: where it is sent; everywhere by default.
        domain: also sent to the subdomains of this one; only to the host that set it
            where None, which is safer.
        secure: sent over https only.
        http_only: hidden from scripts.
        same_site: `Strict`, `Lax` or `None`: whether other sites' requests carry it.
        partitioned: kept apart for each top-level site (CHIPS).
        priority: `Low`, `Medium` or `High`: which ones Chromium drops first.

    Raises:
        ValueError: a character that its part cannot hold, or attributes that a browser
            would refuse together.

    >>> format_cookie("__Host-session", "c2VjcmV0", max_age=3600)
    '__Host-session=c2VjcmV0; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax'
    """
    _check_pair(name, value)
    _check_place(path, domain)
    _check_promises(name, path=path, domain=domain, secure=secure, http_only=http_only)
    if same_site not in _SAME_SITE:
        raise ValueError(f"SameSite is Strict, Lax or None, not {same_site!r}")
    if same_site == "None" and not secure:
        raise ValueError("a cookie with SameSite=None must be Secure")
    if partitioned and not secure:
        raise ValueError("a Partitioned cookie must be Secure")
    if priority is not None and priority not in _PRIORITIES:
        raise ValueError(f"Priority is Low, Medium or High, not {priority!r}")
    parts = [f"{name}={value}", f"Path={path}"]
    if domain is not None:
        parts.append(f"Domain={domain}")
    parts += _format_lifetime(max_age, expires)
    if secure:
        parts.append("Secure")
    if http_only:
        parts.append("HttpOnly")
    parts.append(f"SameSite={same_site}")
    if partitioned:
        parts.append("Partitioned")
    if priority is not None:
        parts.append(f"Priority={priority}")
    return "; ".join(parts)


def expire_cookie(
    name: str,
    *,
    path: str = "/",
    domain: str | None = None,
    secure: bool = True,
    http_only: bool = True,
    same_site: str = "Lax",
    partitioned: bool = False,
) -> str:
    """Return the value of `Set-Cookie` that makes a browser forget the cookie `name`.

    The attributes must be those that it was set with: a browser takes a cookie of
    another path, domain or partition for a different one, and drops a removal that
    breaks the promise of the name's prefix.

    Raises:
        ValueError: as for `format_cookie`.

    >>> expire_cookie("a")
    'a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax'
    """
    return format_cookie(
        name,
        "",
        max_age=0,
        expires=_EPOCH,
        path=path,
        domain=domain,
        secure=secure,
        http_only=http_only,
        same_site=same_site,
        partitioned=partitioned,
    )


def _check_pair(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a cookie's name is a token, not {name!r}")
    # The value may be a secret, so no message repeats it.
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of the cookie {name!r} holds a character that none can")
    if len(name) + len(value) > _MAX_PAIR_BYTES:
        raise ValueError(f"the cookie {name!r} is over {_MAX_PAIR_BYTES} bytes")


def _check_place(path: str, domain: str | None) -> None:
    if not _PATH.fullmatch(path) or len(path) > _MAX_ATTRIBUTE_BYTES:
        raise ValueError(f"a cookie's path starts with a slash and is printable, not {path!r}")
    if domain is not None and (not _DOMAIN.fullmatch(domain) or len(domain) > 253):
        raise ValueError(f"a cookie's domain is a host name without a leading dot, not {domain!r}")


def _check_promises(
    name: str, *, path: str, domain: str | None, secure: bool, http_only: bool
) -> None:
    """Check what the name's prefix promises; browsers compare it in any case."""
    prefix = name.lower()
    if prefix.startswith(("__secure-", "__host-", "__http-")) and not secure:
        raise ValueError(f"the cookie {name!r} must be Secure")
    if prefix.startswith("__host-") and (domain is not None or path != "/"):
        raise ValueError(f"the cookie {name!r} must have Path=/ and no Domain")
    if prefix.startswith(("__http-", "__host-http-")) and not http_only:
        raise ValueError(f"the cookie {name!r} must be HttpOnly")


def _format_lifetime(max_age: int | None, expires: datetime | None) -> list[str]:
    parts = []
    if max_age is not None:
        if max_age < 0:
            raise ValueError("Max-Age is not negative; 0 removes a cookie")
        parts.append(f"Max-Age={max_age:d}")
    if expires is not None:
        if expires.tzinfo is None:
            raise ValueError("expires needs a time zone")
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    return parts
