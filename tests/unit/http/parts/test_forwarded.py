import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.forwarded import Origin, TrustedProxies, resolve_origin
from drystone.http.parts.peer import Peer
from drystone.http.protocol.headers import Headers

PROXIES = TrustedProxies.parse("127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48")
PEER = Peer(address="10.0.0.1", port=40000, trusted=True, proxies=PROXIES)
HOST = "example.org"
DIRECT = Origin("10.0.0.1", "http", HOST)


def fields(*pairs: tuple[str, str]) -> Headers:
    return Headers(tuple((name.lower().encode(), value.encode("latin-1")) for name, value in pairs))


def resolve(*pairs: tuple[str, str], peer: Peer = PEER) -> Origin:
    return resolve_origin(fields(*pairs), peer, HOST)


def client(*pairs: tuple[str, str], peer: Peer = PEER) -> str:
    return resolve(*pairs, peer=peer).client


def test_without_fields_it_is_the_connection() -> None:
    assert resolve() == DIRECT
    secure = Peer(address="192.0.2.7", secure=True)
    assert resolve(peer=secure) == Origin("192.0.2.7", "https", HOST)
    assert resolve(peer=Peer()) == Origin("", "http", HOST)
    assert client(peer=Peer(address="::ffff:192.0.2.7")) == "192.0.2.7"


@pytest.mark.parametrize("n", range(100))
def test_an_untrusted_peer_is_not_heard(n: int) -> None:
    peer = Peer(address="192.0.2.7", trusted=False, proxies=PROXIES)
    assert resolve(
        ("X-Forwarded-For", f"198.51.100.{n}"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", f"for=198.51.100.{n};proto=https;host=evil.example"),
        peer=peer,
    ) == Origin("192.0.2.7", "http", HOST)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("198.51.100.66, 192.0.2.9", "192.0.2.9"),
        ("192.0.2.9,10.0.0.5", "192.0.2.9"),
        ("198.51.100.66, 192.0.2.9, 10.0.0.5 ,\t127.0.0.1", "192.0.2.9"),
        ("10.0.0.9, 10.0.0.5", "10.0.0.9"),
        ("192.0.2.9:51000", "192.0.2.9"),
        ("2001:DB8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:51000", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("192.0.2.9, 2001:db8:ffff::1", "192.0.2.9"),
        ("garbage, 192.0.2.9", "192.0.2.9"),
        ('"192.0.2.9, 192.0.2.8', "192.0.2.8"),
        ("192.0.2.9, garbage", "10.0.0.1"),
        ("192.0.2.9, unknown, 10.0.0.5", "10.0.0.1"),
        ("192.0.2.9,", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("192.0.2.09", "10.0.0.1"),
        ("[192.0.2.9]", "10.0.0.1"),
        ("2001:db8::9%eth0", "10.0.0.1"),
        ("fe80::1%25", "10.0.0.1"),
        ("192.0.2.9:", "10.0.0.1"),
        ("\xb9.2.3.4", "10.0.0.1"),
    ],
)
def test_walks_x_forwarded_for_from_the_right(value: str, expected: str) -> None:
    assert client(("X-Forwarded-For", value)) == expected


def test_joins_all_field_lines() -> None:
    assert (
        client(
            ("X-Forwarded-For", "198.51.100.66"),
            ("X-Forwarded-For", "192.0.2.9"),
            ("X-Forwarded-For", "10.0.0.5"),
        )
        == "192.0.2.9"
    )
    assert (
        client(
            ("Forwarded", 'for="'), ("Forwarded", "for=192.0.2.9"), ("Forwarded", "for=10.0.0.5")
        )
        == "192.0.2.9"
    )


def test_a_hop_on_a_unix_socket_is_trusted_only_when_named() -> None:
    value = ("X-Forwarded-For", "192.0.2.9, unix:")
    assert client(value) == ""
    proxies = TrustedProxies.parse("unix")
    assert client(value, peer=Peer(trusted=True, proxies=proxies)) == "192.0.2.9"


def test_without_proxies_the_peer_is_the_only_one() -> None:
    peer = Peer(address="10.0.0.1", trusted=True)
    assert client(("X-Forwarded-For", "192.0.2.9, 10.0.0.5"), peer=peer) == "10.0.0.5"


def test_given_proxies_take_the_place_of_the_peers() -> None:
    headers = fields(("X-Forwarded-For", "198.51.100.1, 192.0.2.9"))
    trusted = TrustedProxies.parse("192.0.2.0/24")
    assert resolve_origin(headers, PEER, HOST, trusted).client == "198.51.100.1"


def test_looks_at_a_bounded_number_of_hops() -> None:
    chain = ", ".join(["192.0.2.9"] + ["10.0.0.5"] * 32)
    assert client(("X-Forwarded-For", chain)) == "192.0.2.9"
    assert client(("X-Forwarded-For", f"192.0.2.9, 10.0.0.5, {chain}")) == "10.0.0.1"
    assert client(("X-Forwarded-For", "x," * 500_000 + "192.0.2.9")) == "192.0.2.9"


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [
        ("https", "https"),
        ("HTTPS", "https"),
        ("http", "http"),
        ("wss", "https"),
        ("ws", "http"),
        ("ftp", "http"),
        ("", "http"),
        ("https://", "http"),
    ],
)
def test_reads_the_scheme(proto: str, scheme: str) -> None:
    assert resolve(("X-Forwarded-Proto", proto)).scheme == scheme
    forwarded = f'for=192.0.2.9;proto="{proto}"'
    assert resolve(("Forwarded", forwarded)).scheme == scheme


def test_a_plain_hop_behind_a_secure_one_is_plain() -> None:
    peer = Peer(address="10.0.0.1", secure=True, trusted=True, proxies=PROXIES)
    assert resolve(("X-Forwarded-Proto", "http"), peer=peer).scheme == "http"
    assert resolve(("X-Forwarded-Proto", "nonsense"), peer=peer).scheme == "https"


def test_takes_scheme_and_host_that_stand_beside_the_client() -> None:
    origin = resolve(
        ("X-Forwarded-For", "198.51.100.66, 192.0.2.9, 10.0.0.5"),
        ("X-Forwarded-Proto", "ftp, https, http"),
        ("X-Forwarded-Host", "evil.example, public.example, internal:8080"),
    )
    assert origin == Origin("192.0.2.9", "https", "public.example")


def test_takes_the_right_most_where_the_lists_differ_in_length() -> None:
    origin = resolve(
        ("X-Forwarded-For", "192.0.2.9, 10.0.0.5"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "a.example, b.example, c.example"),
    )
    assert origin == Origin("192.0.2.9", "https", "c.example")


def test_scheme_and_host_may_come_without_the_client() -> None:
    assert resolve(("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "a.example")) == Origin(
        "10.0.0.1", "https", "a.example"
    )


@pytest.mark.parametrize(
    "host", ["a/b", "a b", "", "a?x", "user@a", "a:99999", "a:b", "[::1", "a\\\\b", "\xe9.example"]
)
def test_a_malformed_host_falls_back(host: str) -> None:
    assert resolve(("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Host", host)).host == HOST
    assert resolve(("Forwarded", f'for=192.0.2.9;host="{host}"')) == Origin(
        "192.0.2.9", "http", HOST
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("for=192.0.2.9", "192.0.2.9"),
        ("For=192.0.2.9", "192.0.2.9"),
        ('for="192.0.2.9"', "192.0.2.9"),
        ('for="192.0.2.9:51000"', "192.0.2.9"),
        ('for="192.0.2.9:_port"', "192.0.2.9"),
        ('for="[2001:db8:cafe::17]"', "2001:db8:cafe::17"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ('for="\\1\\9\\2.0.2.9"', "192.0.2.9"),
        ("proto=https;by=203.0.113.43;for=192.0.2.9", "192.0.2.9"),
        ("for=192.0.2.9; proto=https", "192.0.2.9"),
        (";;for=192.0.2.9;", "192.0.2.9"),
        ("for=192.0.2.43, for=192.0.2.9", "192.0.2.9"),
        ("for=192.0.2.9,for=10.0.0.5,,", "192.0.2.9"),
        ("for=_hidden, for=10.0.0.5", "10.0.0.1"),
        ("for=192.0.2.9, for=unknown", "10.0.0.1"),
        ("for=192.0.2.9, proto=https", "10.0.0.1"),
        ('for="2001:db8::9"', "10.0.0.1"),
        ("for=192.0.2.9:80", "10.0.0.1"),
        ("for=[2001:db8::9]", "10.0.0.1"),
        ("for=192.0.2.9;for=192.0.2.8", "10.0.0.1"),
        ("for=192.0.2.9 proto=https", "10.0.0.1"),
        ("for =192.0.2.9", "10.0.0.1"),
        ("192.0.2.9", "10.0.0.1"),
        ('for="192.0.2.9', "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_reads_forwarded(value: str, expected: str) -> None:
    assert client(("Forwarded", value)) == expected


def test_forwarded_carries_scheme_and_host_of_the_same_hop() -> None:
    value = (
        "for=198.51.100.66;proto=ftp;host=evil.example, "
        'for=192.0.2.9;proto=https;host="public.example:8443", '
        "for=10.0.0.5;proto=http;host=internal"
    )
    assert resolve(("Forwarded", value)) == Origin("192.0.2.9", "https", "public.example:8443")


def test_a_hidden_client_still_has_a_scheme() -> None:
    value = ("Forwarded", "for=_hidden;proto=https;host=public.example")
    assert resolve(value) == Origin("10.0.0.1", "https", "public.example")


@pytest.mark.parametrize(
    "written_by_client",
    ['for="', 'a="', "for=198.51.100.66;", "x", 'for="\\', 'a="b;c="', ",,;=,"],
)
def test_nothing_a_client_writes_hides_what_a_proxy_appends(written_by_client: str) -> None:
    # The host is the client's too: here it closes the quote and goes on as an element.
    for appended in ["for=192.0.2.9", 'for=192.0.2.9;host=";for=198.51.100.66;b="']:
        value = ("Forwarded", f"{written_by_client}, {appended}")
        assert client(value) in {"192.0.2.9", "10.0.0.1"}
    assert client(("Forwarded", f"{written_by_client}, for=192.0.2.9")) == "192.0.2.9"


def test_x_forwarded_wins_over_forwarded() -> None:
    forwarded = ("Forwarded", "for=198.51.100.66;proto=https;host=evil.example")
    assert resolve(forwarded, ("X-Forwarded-For", "192.0.2.9")) == Origin("192.0.2.9", "http", HOST)
    assert resolve(forwarded, ("X-Forwarded-Proto", "http")) == DIRECT
    assert resolve(forwarded, ("X-Forwarded-For", "garbage")) == DIRECT


TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60) | st.text(
    st.sampled_from('for=proth;",[]:.0129_\\ a'), max_size=60
)


@given(TEXT, TEXT, TEXT, TEXT)
def test_never_raises(forwarded: str, client_: str, proto: str, host: str) -> None:
    both = [("X-Forwarded-For", client_), ("X-Forwarded-Proto", proto), ("X-Forwarded-Host", host)]
    for pairs in (both, [("Forwarded", forwarded)]):
        origin = resolve(*pairs)
        assert origin.scheme in {"http", "https"}
        assert origin.host


@given(TEXT)
def test_what_stands_to_the_left_of_the_client_changes_nothing(text: str) -> None:
    assert client(("X-Forwarded-For", f"{text}, 192.0.2.9, 10.0.0.5")) == "192.0.2.9"
    assert client(("Forwarded", f"{text}, for=192.0.2.9, for=10.0.0.5")) == "192.0.2.9"
