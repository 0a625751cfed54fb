"""Header fields, as received and as sent.

`Headers` is what a client sent: read-only, because equal heads of one connection
share it. `ResponseHeaders` is what a handler sends: a name has one value, further
values are joined with commas as RFC 9110, section 5.3 lets a recipient read them,
and `Set-Cookie`, the one field that cannot be joined, is kept apart.

Names are case-insensitive everywhere. Field values are Latin-1 on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView

from msgspec import Struct

RawFields = tuple[tuple[bytes, bytes], ...]


class Headers:
    """The header fields of a request, in order of arrival.

    `headers["Accept"]` joins repeated fields with `, `; `get_all` keeps them apart.

    >>> headers = Headers(((b"accept", b"text/html"), (b"accept", b"*/*")))
    >>> headers["Accept"], headers.get_all("ACCEPT"), headers.get("host")
    ('text/html, */*', ['text/html', '*/*'], None)
    """

    __slots__ = ("_joined", "raw")

    def __init__(self, raw: RawFields = ()) -> None:
        self.raw = raw
        """Pairs of lower-case name and value, as bytes."""
        joined: dict[str, str] = {}
        for raw_name, raw_value in raw:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            if name in joined:
                # RFC 9113, section 8.2.3: cookies are joined with semicolons.
                value = f"{joined[name]}{'; ' if name == 'cookie' else ', '}{value}"
            joined[name] = value
        self._joined = joined

    def __getitem__(self, name: str) -> str:
        return self._joined[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._joined

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)

    def __repr__(self) -> str:
        return f"Headers({self._joined!r})"

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the value of the field `name`, or `default`."""
        return self._joined.get(name.lower(), default)

    def keys(self) -> KeysView[str]:
        """Return the names, in lower case."""
        return self._joined.keys()

    def items(self) -> Iterable[tuple[str, str]]:
        """Return pairs of lower-case name and joined value."""
        return self._joined.items()

    def get_all(self, name: str) -> list[str]:
        """Return each value of the field `name`, in order; empty when it is absent."""
        wanted = name.lower().encode("latin-1", "replace")
        return [value.decode("latin-1") for field, value in self.raw if field == wanted]


class ResponseHeaders(Struct, eq=False):
    """The header fields of a response; what is set here is checked when it is sent.

    Looking up and listing by name is for what has one value: `Set-Cookie` can be set,
    added and discarded here, and is found in `cookies` and `items()` alone.

    Attributes:
        fields: every field but `Set-Cookie`: name as set and value, by lower-case name.
        cookies: values of `Set-Cookie`, in order; None while there are none.

    >>> headers = ResponseHeaders.of([("Vary", "Origin")])
    >>> headers.add("vary", "Accept-Encoding")
    >>> headers["ETag"] = '"17"'
    >>> list(headers.items())
    [('Vary', 'Origin, Accept-Encoding'), ('ETag', '"17"')]
    """

    fields: dict[str, tuple[str, str]] = {}
    cookies: list[str] | None = None

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]]) -> ResponseHeaders:
        """Return header fields that hold `fields`, each of them added."""
        headers = cls()
        for name, value in fields:
            headers.add(name, value)
        return headers

    def __getitem__(self, name: str) -> str:
        return self.fields[name.lower()][1]

    def __setitem__(self, name: str, value: str) -> None:
        lower = name.lower()
        if lower == "set-cookie":
            self.cookies = [value]
        else:
            self.fields[lower] = (name, value)

    def __delitem__(self, name: str) -> None:
        del self.fields[name.lower()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.fields

    def __repr__(self) -> str:
        return f"ResponseHeaders({list(self.items())!r})"

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the value of the field `name`, or `default`."""
        field = self.fields.get(name.lower())
        return default if field is None else field[1]

    def setdefault(self, name: str, value: str) -> None:
        """Set the field `name` unless it is there."""
        lower = name.lower()
        if lower == "set-cookie":
            self.cookies = self.cookies or [value]
        else:
            self.fields.setdefault(lower, (name, value))

    def add(self, name: str, value: str) -> None:
        """Add `value` to the field `name`, joined with a comma where it has one."""
        lower = name.lower()
        if lower == "set-cookie":
            self.cookies = [*(self.cookies or ()), value]
        elif (present := self.fields.get(lower)) is not None:
            self.fields[lower] = (present[0], f"{present[1]}, {value}")
        else:
            self.fields[lower] = (name, value)

    def discard(self, name: str) -> None:
        """Remove the field `name` if it is there."""
        if name.lower() == "set-cookie":
            self.cookies = None
        self.fields.pop(name.lower(), None)

    def vary(self, name: str) -> None:
        """Name the request field `name` in `Vary`, once (RFC 9110, section 12.5.5)."""
        present = self.get("Vary")
        if present is None:
            self["Vary"] = name
        elif name.lower() not in {part.strip().lower() for part in present.split(",")}:
            self.add("Vary", name)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield every field, `Set-Cookie` last and once per cookie."""
        yield from self.fields.values()
        for cookie in self.cookies or ():
            yield "Set-Cookie", cookie
