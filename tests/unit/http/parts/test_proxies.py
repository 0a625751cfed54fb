from ipaddress import ip_network

import pytest

from drystone.http.parts.proxies import TrustedProxies, canonical_address, parse_address


def test_reads_addresses_networks_and_unix() -> None:
    proxies = TrustedProxies.parse(" 127.0.0.1, 10.0.0.0/8,::1 , unix,")
    assert proxies.networks == (
        ip_network("127.0.0.1"),
        ip_network("10.0.0.0/8"),
        ip_network("::1"),
    )
    assert proxies.unix


@pytest.mark.parametrize("text", ["", " , "])
def test_an_empty_list_trusts_nobody(text: str) -> None:
    proxies = TrustedProxies.parse(text)
    assert not any(proxies.trusts(address) for address in ["", "127.0.0.1", "::1", "unix"])


@pytest.mark.parametrize(
    "text", ["localhost", "*", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "127.0.0.1:80", "[::1]", "x"]
)
def test_refuses_other_members_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address") as excinfo:
        TrustedProxies.parse(f"127.0.0.1, {text}")
    assert repr(text) in str(excinfo.value)


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", False),
        ("10.255.0.1", True),
        ("11.0.0.1", False),
        ("::ffff:10.1.2.3", True),
        ("::ffff:11.1.2.3", False),
        ("::ffff:a01:203", True),
        ("2001:db8::7", True),
        ("2001:DB8:0::7", True),
        ("2001:db9::7", False),
        ("2001:db8::7%eth0", True),
        ("", True),
        ("unix", False),
        ("unknown", False),
        ("010.0.0.1", False),
        ("10.0.0.1:80", False),
        ("167772161", False),
    ],
)
def test_trusts_members_only(address: str, trusted: bool) -> None:
    proxies = TrustedProxies.parse("127.0.0.1, 10.0.0.0/8, 2001:db8::/32, unix")
    assert proxies.trusts(address) is trusted


def test_a_mapped_network_is_the_ipv4_network() -> None:
    proxies = TrustedProxies.parse("::ffff:10.0.0.0/104")
    assert proxies.trusts("10.9.9.9")
    assert not proxies.trusts("11.0.0.1")


def test_a_unix_socket_is_trusted_only_when_named() -> None:
    assert not TrustedProxies.parse("0.0.0.0/0, ::/0").trusts("")
    assert TrustedProxies.parse("unix").trusts("")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("not:an:address", "not:an:address"),
    ],
)
def test_an_address_has_one_spelling(text: str, canonical: str) -> None:
    assert canonical_address(text) == canonical


def test_what_is_no_address_is_none() -> None:
    for text in ["", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.04", "::g", "\u0661.2.3.4"]:
        assert parse_address(text) is None
