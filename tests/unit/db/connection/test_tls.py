"""The context that a connection string's TLS options make."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from drystone.db.connection.connect_error import TLSUnusable
from drystone.db.connection.tls import build_context
from drystone.db.dsn.dsn import Host, SSLMode, TLSOptions

HOST = Host("db.example", 5432, "10.0.0.1")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A `~/.postgresql` with every usual file."""
    authority = trustme.CA()
    issued = authority.issue_cert("client.example")
    authority.cert_pem.write_to_path(tmp_path / "root.crt")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "postgresql.crt")
    issued.private_key_pem.write_to_path(tmp_path / "postgresql.key")
    (tmp_path / "postgresql.key").chmod(0o600)
    return tmp_path


@pytest.mark.parametrize(
    ("mode", "checks_certificate", "checks_name"),
    [
        (SSLMode.ALLOW, False, False),
        (SSLMode.PREFER, False, False),
        (SSLMode.REQUIRE, True, False),  # with a root certificate it is verify-ca
        (SSLMode.VERIFY_CA, True, False),
        (SSLMode.VERIFY_FULL, True, True),
    ],
)
def test_what_is_checked(
    directory: Path, mode: SSLMode, checks_certificate: bool, checks_name: bool
) -> None:
    context = build_context(TLSOptions(mode=mode, directory=str(directory)), HOST)
    assert (context.verify_mode is ssl.CERT_REQUIRED) is checks_certificate
    assert context.check_hostname is checks_name


def test_require_without_a_root_certificate_trusts_anybody(tmp_path: Path) -> None:
    for options in (TLSOptions(), TLSOptions(directory=str(tmp_path))):
        context = build_context(replace(options, mode=SSLMode.REQUIRE), HOST)
        assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("mode", [SSLMode.VERIFY_CA, SSLMode.VERIFY_FULL])
def test_to_verify_one_must_know_whom_to_trust(tmp_path: Path, mode: SSLMode) -> None:
    with pytest.raises(TLSUnusable, match=f"sslmode={mode} needs to know whom to trust"):
        build_context(TLSOptions(mode=mode, directory=str(tmp_path)), HOST)


def test_the_systems_authorities() -> None:
    options = TLSOptions(mode=SSLMode.VERIFY_FULL, root_certificate="system")
    context = build_context(options, HOST)
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        (TLSOptions(root_certificate="/none", mode=SSLMode.REQUIRE), "sslrootcert"),
        (TLSOptions(certificate="/none"), "sslcert"),
        (TLSOptions(certificate="/none", key="/none.key"), "sslkey"),
    ],
)
def test_a_file_that_is_named_must_be_there(options: TLSOptions, parameter: str) -> None:
    with pytest.raises(TLSUnusable, match=rf"{parameter} cannot be used \(/none"):
        build_context(options, HOST)


def test_a_list_of_revocations_that_is_named_must_be_there(directory: Path) -> None:
    options = TLSOptions(mode=SSLMode.VERIFY_CA, directory=str(directory), revocations="/none")
    with pytest.raises(TLSUnusable, match="sslcrl cannot be used"):
        build_context(options, HOST)


def test_revocations_are_checked_along_the_chain(directory: Path) -> None:
    options = TLSOptions(
        mode=SSLMode.VERIFY_CA, directory=str(directory), revocation_directory=str(directory)
    )
    assert build_context(options, HOST).verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN


def test_a_key_that_others_may_read_is_refused(directory: Path) -> None:
    (directory / "postgresql.key").chmod(0o644)
    with pytest.raises(TLSUnusable, match=r"sslkey cannot be used .*chmod 600"):
        build_context(TLSOptions(directory=str(directory)), HOST)
    # A certificate that is not offered is not looked at.
    build_context(TLSOptions(directory=str(directory), offers_certificate=False), HOST)


def test_what_is_no_certificate_is_refused(directory: Path) -> None:
    (directory / "postgresql.crt").write_text("nothing")
    with pytest.raises(TLSUnusable, match="sslcert cannot be used"):
        build_context(TLSOptions(directory=str(directory)), HOST)


def test_versions() -> None:
    options = TLSOptions(minimum_version="TLSv1.3", maximum_version="TLSv1.3")
    context = build_context(options, HOST)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.maximum_version is ssl.TLSVersion.TLSv1_3
    assert build_context(TLSOptions(), HOST).minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("host", "options", "name"),
    [
        (HOST, TLSOptions(), "db.example"),
        (HOST, TLSOptions(sends_name=False), None),
        (Host("", 5432, "10.0.0.1"), TLSOptions(), "10.0.0.1"),
    ],
)
def test_the_hosts_name_is_asked_for_and_not_its_address(
    host: Host, options: TLSOptions, name: str | None
) -> None:
    context = build_context(options, host)
    side = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="10.0.0.1")
    assert side.server_hostname == name
