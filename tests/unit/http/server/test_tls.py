import ssl
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from tests.certificates import Authority, Issued

from drystone.http.server.tls import (
    CertificateFiles,
    CertificateInvalid,
    CertificateMissing,
    KeyMismatch,
    ServerTLS,
    TLSError,
    load_context,
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def files_of(issued: Issued, password_file: Path | None = None) -> CertificateFiles:
    return CertificateFiles(
        certificate=str(issued.certificate),
        key=str(issued.key),
        password_file=str(password_file) if password_file else None,
    )


def shake_hands(
    client: ssl.SSLContext, server: ssl.SSLContext, name: str | None = "localhost"
) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Return both ends after a handshake in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=name)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (near, far, near, far, near):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return near, far


def serial(
    client: ssl.SSLContext, server: ssl.SSLContext, name: str | None = "localhost"
) -> object:
    """Return the serial number of the certificate that `client` was shown."""
    near, _ = shake_hands(client, server, name)
    certificate = near.getpeercert()
    assert certificate is not None
    return certificate["serialNumber"]


def test_the_context_speaks_modern_tls_and_only_http11(
    authority: Authority, tmp_path: Path
) -> None:
    context = load_context(files_of(authority.issue(tmp_path)))
    client = authority.client()
    client.set_alpn_protocols(["h2", "http/1.1"])
    near, _ = shake_hands(client, context)
    assert near.version() == "TLSv1.3"
    assert near.selected_alpn_protocol() == "http/1.1"
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    _, far = shake_hands(client, context)
    cipher = far.cipher()
    assert cipher is not None
    assert cipher[0].startswith("ECDHE-")


def test_old_versions_and_ciphers_without_forward_secrecy_are_refused(
    authority: Authority, tmp_path: Path
) -> None:
    context = load_context(files_of(authority.issue(tmp_path, kind=trustme.KeyType.RSA)))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    static = authority.client()
    static.maximum_version = ssl.TLSVersion.TLSv1_2
    static.set_ciphers("AES128-GCM-SHA256")
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        shake_hands(static, context)


def test_a_key_may_stand_in_the_certificates_file(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(issued.key.read_bytes() + issued.certificate.read_bytes())
    tls = ServerTLS(CertificateFiles(certificate=str(both)))
    assert tls.warning is None
    assert serial(authority.client(), tls.context)


def test_a_missing_file_is_named(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue(tmp_path)
    issued.key.unlink()
    with pytest.raises(CertificateMissing, match=f"^TLS file {issued.key}: No such file"):
        load_context(files_of(issued))


def test_a_key_of_another_certificate_is_told(authority: Authority, tmp_path: Path) -> None:
    one, other = authority.issue(tmp_path, name="a"), authority.issue(tmp_path, name="b")
    with pytest.raises(KeyMismatch, match=f"TLS key {other.key} does not belong to"):
        load_context(files_of(Issued(one.certificate, other.key)))


def test_what_is_no_certificate_is_refused_in_one_line(
    authority: Authority, tmp_path: Path
) -> None:
    issued = authority.issue(tmp_path)
    issued.certificate.write_text("not a certificate")
    with pytest.raises(CertificateInvalid) as caught:
        load_context(files_of(issued))
    assert str(issued.certificate) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def encrypted(authority: Authority, tmp_path: Path) -> Issued:
    issued = authority.issue(tmp_path)
    key = load_pem_private_key(issued.key.read_bytes(), password=None)
    issued.key.write_bytes(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
        )
    )
    return issued


def test_an_encrypted_key_needs_its_password(
    authority: Authority, encrypted: Issued, tmp_path: Path
) -> None:
    with pytest.raises(CertificateInvalid, match="is encrypted; name a file with its password"):
        load_context(files_of(encrypted))
    password = tmp_path / "password"
    password.write_text("wrong\n")
    with pytest.raises(CertificateInvalid, match=f"{password} is not its password"):
        load_context(files_of(encrypted, password))
    password.write_text("open sesame\n")
    assert serial(authority.client(), load_context(files_of(encrypted, password)))


def test_a_certificate_that_has_expired_is_served_with_a_warning(
    authority: Authority, tmp_path: Path
) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path, valid_for=timedelta(days=-1))))
    assert tls.warning is not None
    assert "certificate has expired" in tls.warning


def test_a_certificate_that_expires_soon_is_warned_of(authority: Authority, tmp_path: Path) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path, valid_for=timedelta(days=3))))
    assert tls.warning is not None
    assert "expires in 3.0 days" in tls.warning


# Renewal.


def test_unchanged_files_are_left_alone(authority: Authority, tmp_path: Path) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path)))
    assert not tls.refresh()


def test_renewed_files_are_served_by_the_same_context(authority: Authority, tmp_path: Path) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path)))
    context, first = tls.context, serial(authority.client(), tls.context)
    authority.issue(tmp_path)
    assert tls.refresh()
    assert tls.context is context
    second = serial(authority.client(), context)
    assert second != first
    assert not tls.refresh()


def test_a_client_that_names_no_host_gets_the_renewed_one(
    authority: Authority, tmp_path: Path
) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path)))
    first = serial(authority.client(), tls.context)
    authority.issue(tmp_path)
    tls.refresh()
    client = authority.client()
    client.check_hostname = False
    assert serial(client, tls.context, name=None) != first


def test_a_renewal_with_another_kind_of_key_leaves_nothing_behind(
    authority: Authority, tmp_path: Path
) -> None:
    tls = ServerTLS(files_of(authority.issue(tmp_path, kind=trustme.KeyType.RSA)))
    # TLS 1.2 names the kind of key in the cipher, so the client can insist on one.
    rsa = authority.client()
    rsa.maximum_version = ssl.TLSVersion.TLSv1_2
    rsa.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    assert serial(rsa, tls.context)
    authority.issue(tmp_path, kind=trustme.KeyType.ECDSA)
    assert tls.refresh()
    with pytest.raises(ssl.SSLError):
        shake_hands(rsa, tls.context)
    assert serial(authority.client(), tls.context)


def test_a_broken_renewal_is_told_once_and_changes_nothing(
    authority: Authority, tmp_path: Path
) -> None:
    issued = authority.issue(tmp_path)
    tls = ServerTLS(files_of(issued))
    first = serial(authority.client(), tls.context)
    other = authority.issue(tmp_path, name="other")
    other.certificate.rename(issued.certificate)  # its key has not come yet
    with pytest.raises(KeyMismatch):
        tls.refresh()
    assert not tls.refresh()
    assert serial(authority.client(), tls.context) == first
    other.key.rename(issued.key)
    assert tls.refresh()
    assert serial(authority.client(), tls.context) != first


def test_a_renewal_that_removes_a_file_changes_nothing(
    authority: Authority, tmp_path: Path
) -> None:
    issued = authority.issue(tmp_path)
    tls = ServerTLS(files_of(issued))
    issued.key.unlink()
    with pytest.raises(TLSError, match="No such file"):
        tls.refresh()
    assert serial(authority.client(), tls.context)
