"""Certificates for tests, issued by an authority that lives for one test run."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Issued:
    """The files of one certificate."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates for `localhost`, and tells clients to trust them."""

    def __init__(self) -> None:
        self._authority = trustme.CA()

    def issue(
        self,
        directory: Path,
        *,
        name: str = "server",
        kind: trustme.KeyType = trustme.KeyType.ECDSA,
        valid_for: timedelta = timedelta(days=90),
    ) -> Issued:
        """Write a certificate and its key, by renaming as a renewal does."""
        issued = self._authority.issue_cert(
            "localhost", key_type=kind, not_after=datetime.now(UTC) + valid_for
        )
        files = Issued(directory / f"{name}.pem", directory / f"{name}.key")
        fresh = Issued(directory / "fresh.pem", directory / "fresh.key")
        fresh.certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        fresh.key.write_bytes(issued.private_key_pem.bytes())
        fresh.key.rename(files.key)
        fresh.certificate.rename(files.certificate)
        return files

    def client(self) -> ssl.SSLContext:
        """Return the context of a client that trusts this authority."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context
