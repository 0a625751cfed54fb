"""From the TLS options of a connection string to Python's context.

PostgreSQL documentation, 34.19 "SSL Support". As libpq does it: `allow`, `prefer` and
`require` encrypt without looking at the certificate, except that `require` with a root
certificate is `verify-ca`; `verify-ca` wants a trusted authority, `verify-full` the
host's name as well. Files that are not named are looked for in `~/.postgresql`.

Stricter than libpq in one thing: a file that is named and is not there is an error in
every mode. libpq would connect and trust anybody.
"""

from __future__ import annotations

import ssl
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from drystone.db.dsn.dsn import SSLMode

from .connect_error import TLSUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.db.dsn.dsn import Host, TLSOptions

# What PostgreSQL 17 asks of a client that begins with TLS; others pass it over.
_PROTOCOL: Final = "postgresql"


class _NamedContext(ssl.SSLContext):
    """A context that knows the server's name.

    The driver connects to an address, and would ask the certificate for that.
    """

    server_name: str | None = None

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Return the connection's TLS side, for this server's name."""
        return super().wrap_bio(*args, **kwargs | {"server_hostname": self.server_name})


def build_context(options: TLSOptions, host: Host) -> ssl.SSLContext:
    """Return the context for a connection to one host; reads the files of the options.

    Raises:
        TLSUnusable: a file cannot be read, or is not what it should be.
    """
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    named = options.sends_name or options.mode is SSLMode.VERIFY_FULL
    context.server_name = (host.name or host.address) if named else None
    context.check_hostname = options.mode is SSLMode.VERIFY_FULL
    context.set_alpn_protocols([_PROTOCOL])
    _set_versions(context, options)
    if _load_authorities(context, options):
        context.verify_mode = ssl.CERT_REQUIRED
        _load_revocations(context, options)
    else:
        context.verify_mode = ssl.CERT_NONE
    if options.offers_certificate:
        _load_certificate(context, options)
    return context


def _set_versions(context: ssl.SSLContext, options: TLSOptions) -> None:
    def version(name: str) -> ssl.TLSVersion:
        return ssl.TLSVersion["TLSv1" if name == "TLSv1" else name.replace(".", "_")]

    context.minimum_version = version(options.minimum_version)
    if options.maximum_version is not None:
        context.maximum_version = version(options.maximum_version)


def _load_authorities(context: ssl.SSLContext, options: TLSOptions) -> bool:
    """Load whom to trust; return whether the server's certificate is to be checked."""
    if options.root_certificate == "system":
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return True
    if options.mode in {SSLMode.ALLOW, SSLMode.PREFER}:
        return False
    path = _find(options.root_certificate, options, "root.crt")
    if path is not None:
        _use("sslrootcert", path, lambda: context.load_verify_locations(cafile=path))
        return True
    if options.mode.tells_who_answers:
        raise TLSUnusable(
            f"sslmode={options.mode} needs to know whom to trust: name a file with "
            "sslrootcert, or write sslrootcert=system"
        )
    return False


def _load_revocations(context: ssl.SSLContext, options: TLSOptions) -> None:
    path = _find(options.revocations, options, "root.crl")
    directory = options.revocation_directory
    if path is not None:
        _use("sslcrl", path, lambda: context.load_verify_locations(cafile=path))
    if directory is not None:
        _use("sslcrldir", directory, lambda: context.load_verify_locations(capath=directory))
    if path is not None or directory is not None:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN


def _load_certificate(context: ssl.SSLContext, options: TLSOptions) -> None:
    certificate = _find(options.certificate, options, "postgresql.crt")
    if certificate is None:
        return
    key = _find(options.key, options, "postgresql.key")
    if key is not None:
        _use("sslkey", key, lambda: _check_key(key))
    # Without a password given, OpenSSL would ask for it on the terminal.
    password = options.key_password or ""
    _use(
        "sslcert",
        certificate,
        lambda: context.load_cert_chain(certificate, key, lambda: password),
    )


def _check_key(path: str) -> None:
    """Refuse a key that others may read, by libpq's rule (34.19.2)."""
    status = Path(path).stat()
    others = stat.S_IRWXG | stat.S_IRWXO
    # Root's may be readable for a group: the usual way to share a certificate.
    forbidden = others & ~stat.S_IRGRP if status.st_uid == 0 else others
    if status.st_mode & forbidden:
        raise ValueError("others may read it: chmod 600")


def _find(named: str | None, options: TLSOptions, usual: str) -> str | None:
    """Return the file that is named, or the usual one where it is there."""
    if named is not None or options.directory is None:
        return named
    path = Path(options.directory, usual)
    return str(path) if path.exists() else None


def _use(parameter: str, path: str, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ValueError) as error:
        # SSLError is an OSError whose text names what OpenSSL stumbled over.
        words = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise TLSUnusable(f"{parameter} cannot be used ({path}): {words}") from error
