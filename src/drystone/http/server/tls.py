"""TLS of the server: one context, whose certificate can change while it serves.

Certificates are renewed every few weeks, and a renewal must not cost a restart. The
context that the server holds never changes; it only asks, early in each handshake,
which certificate counts just now (`sni_callback`, which is called for clients
without SNI too). New files are read into a fresh context, tried, and only then
become the one that counts; so a broken renewal changes nothing, and no handshake
sees half of one.

Loading the files into the context in use would be shorter and wrong: OpenSSL keeps
one certificate per kind of key, so that after a change from RSA to ECDSA the old
one would still be served to those who prefer it, beyond its expiry.

    TLSError
    ├── CertificateMissing      no such file, or not readable
    ├── CertificateInvalid      not PEM, encrypted, or refused by OpenSSL
    └── KeyMismatch             the key belongs to another certificate

Sources: RFC 9325 (recommendations for TLS), RFC 7301 (ALPN), RFC 9110 section 4.2.2.

Left out: client certificates, OCSP stapling, several certificates by name. A proxy
in front does these.
"""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# RFC 9325, section 4.2: forward secrecy and authenticated encryption. Those of
# TLS 1.3 are all of this kind, and are not named here.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
_PROTOCOLS: Final = ("http/1.1",)
_EXPIRES_SOON_SECONDS: Final = 7 * 86_400
_DAY_SECONDS: Final = 86_400

_Signature = tuple[tuple[int, int, int], ...]


class TLSError(Exception):
    """The certificate cannot be used. The message is one line."""


class CertificateMissing(TLSError):
    """One of the files is not there, or may not be read."""


class CertificateInvalid(TLSError):
    """One of the files is not what it should be."""


class KeyMismatch(TLSError):
    """The key belongs to another certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Where the certificate is.

    Attributes:
        certificate: PEM; the server's own first, then the chain.
        key: PEM of its private key; None where it stands in the same file.
        password_file: holds the key's password in its first line.
    """

    certificate: str
    key: str | None = None
    password_file: str | None = None

    def paths(self) -> tuple[Path, ...]:
        """Return the files that there are."""
        names = (self.certificate, self.key, self.password_file)
        return tuple(Path(name) for name in names if name is not None)


class ServerTLS:
    """The server's context, and its certificate as the files last had it.

    Args:
        files: read now, and again whenever they have changed.

    Raises:
        TLSError: they cannot be used.

    Attributes:
        context: what the server serves with; the same object for good.
        warning: what is wrong with a certificate that can be used: expired, or soon.
    """

    __slots__ = ("_current", "_files", "_seen", "context", "warning")

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self._seen = _signature(files)
        self._current = load_context(files)
        self.warning = find_warning(self._current, files)
        # Its own certificate is never served, but without one it would not begin.
        self.context = load_context(files)
        self.context.sni_callback = self._choose

    def refresh(self) -> bool:
        """Take up changed files; tell whether there were any.

        Raises:
            TLSError: the changed files cannot be used; the certificate of before
                goes on. Said once for each change.
        """
        seen = _signature(self._files)
        if seen == self._seen:
            return False
        # Remembered before they are tried: broken files are reported once, and a
        # file that changes meanwhile is seen the next time.
        self._seen = seen
        context = load_context(self._files)
        self.warning = find_warning(context, self._files)
        self._current = context
        return True

    def _choose(self, handshake: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        handshake.context = self._current


def load_context(files: CertificateFiles) -> ssl.SSLContext:
    """Return a context for a server with the certificate of `files`.

    Raises:
        TLSError: they cannot be used.
    """
    for path in files.paths():
        _require_readable(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(list(_PROTOCOLS))
    # Compression leaks lengths (CRIME), renegotiation costs us more than the client.
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    asked = False

    def password() -> str:
        # Given always: OpenSSL would otherwise ask on the terminal.
        nonlocal asked
        asked = True
        return _read_password(files)

    try:
        context.load_cert_chain(files.certificate, files.key, password)
    except ssl.SSLError as error:
        raise _explain(error, files, asked_password=asked) from None
    except (OSError, ValueError) as error:
        raise CertificateInvalid(f"TLS certificate {files.certificate}: {error}") from None
    return context


def find_warning(context: ssl.SSLContext, files: CertificateFiles) -> str | None:
    """Return what a client that trusts the issuer would say of the certificate.

    A client is played, in memory, that trusts this very certificate: what it still
    objects to is its dates, its purpose or its strength.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False  # the names that will be asked for are not known here
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        client.load_verify_locations(cadata=Path(files.certificate).read_text("ascii", "replace"))
        presented = _shake_hands(client, context)
    except ssl.SSLCertVerificationError as error:
        return f"TLS certificate {files.certificate}: {error.verify_message}"
    except (ssl.SSLError, OSError) as error:
        return f"TLS certificate {files.certificate} could not be tried: {error}"
    left = ssl.cert_time_to_seconds(str(presented["notAfter"])) - time.time()
    if left < _EXPIRES_SOON_SECONDS:
        return f"TLS certificate {files.certificate}: expires in {left / _DAY_SECONDS:.1f} days"
    return None


def _shake_hands(client: ssl.SSLContext, server: ssl.SSLContext) -> dict[str, object]:
    """Return the server's certificate, verified by `client` (RFC 8446, section 2)."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (near, far, near, far, near):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return dict(near.getpeercert() or {})


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise CertificateMissing(f"TLS file {path}: {error.strerror}") from None


def _read_password(files: CertificateFiles) -> str:
    if files.password_file is None:
        return ""
    lines = Path(files.password_file).read_text("utf-8").splitlines()
    return lines[0] if lines else ""


def _explain(error: ssl.SSLError, files: CertificateFiles, *, asked_password: bool) -> TLSError:
    key = files.key or files.certificate
    if error.reason == "KEY_VALUES_MISMATCH":
        return KeyMismatch(f"TLS key {key} does not belong to certificate {files.certificate}")
    if asked_password and files.password_file is None:
        return CertificateInvalid(f"TLS key {key} is encrypted; name a file with its password")
    if asked_password:
        return CertificateInvalid(f"TLS key {key}: {files.password_file} is not its password")
    reason = (error.reason or str(error)).replace("_", " ").lower()
    return CertificateInvalid(
        f"TLS certificate {files.certificate} with key {key} cannot be used: {reason}"
    )


def _signature(files: CertificateFiles) -> _Signature:
    """Return what changes when a file does: a rename over it, or a write into it."""
    signature = []
    for path in files.paths():
        try:
            status = path.stat()
        except OSError:
            signature.append((0, 0, 0))
        else:
            signature.append((status.st_ino, status.st_mtime_ns, status.st_size))
    return tuple(signature)
