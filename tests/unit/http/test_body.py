"""A body is bounded while it arrives, and read once."""

from __future__ import annotations

import pytest

from drystone.errors import PayloadTooLarge
from drystone.http.body import Body


class Pieces:
    """A source of a body's bytes that counts how often it is asked."""

    def __init__(self, *pieces: bytes) -> None:
        self.left = [*pieces, b""]
        self.asked = 0

    async def __call__(self) -> bytes:
        self.asked += 1
        return self.left.pop(0)


def body_of(*pieces: bytes, length: int | None = None, max_bytes: int = 100) -> Body:
    return Body(Pieces(*pieces), declared_length=length, max_bytes=max_bytes)


async def test_it_is_read_piece_by_piece() -> None:
    body = body_of(b"ab", b"c")
    assert [await body.read() for _ in range(3)] == [b"ab", b"c", b""]


async def test_it_is_read_whole() -> None:
    assert await body_of(b"ab", b"c").read_all() == b"abc"
    assert await body_of(b"abc").read_all() == b"abc"
    assert await body_of().read_all() == b""


async def test_it_can_be_read_whole_again() -> None:
    body = body_of(b"ab", b"c")
    assert await body.read_all() == await body.read_all() == b"abc"


async def test_it_is_iterated() -> None:
    assert [piece async for piece in body_of(b"ab", b"c")] == [b"ab", b"c"]


async def test_an_absent_body_is_never_asked_for() -> None:
    source = Pieces()
    body = Body(source, declared_length=0, max_bytes=100)
    assert body.is_empty
    assert await body.read_all() == b""
    assert source.asked == 0


async def test_no_body_at_all_is_empty() -> None:
    body = Body()
    assert body.is_empty
    assert await body.read() == await body.read_all() == b""
    assert [piece async for piece in body] == []


@pytest.mark.parametrize("length", [None, 3])
def test_a_body_that_may_come_is_not_empty(length: int | None) -> None:
    assert not body_of(b"abc", length=length).is_empty


async def test_as_much_as_is_allowed_passes() -> None:
    assert await body_of(b"ab", b"cd", max_bytes=4).read_all() == b"abcd"
    assert await body_of(b"abcd", length=4, max_bytes=4).read_all(max_bytes=4) == b"abcd"


async def test_one_byte_more_is_refused_when_it_comes() -> None:
    source = Pieces(b"ab", b"cde", b"never")
    body = Body(source, declared_length=None, max_bytes=4)
    with pytest.raises(PayloadTooLarge, match="over 4 bytes"):
        await body.read_all()
    assert source.left == [b"never", b""]


async def test_what_is_declared_too_long_is_refused_unread() -> None:
    """A client that waits for 100 Continue need not send any of it."""
    source = Pieces(b"x" * 5)
    body = Body(source, declared_length=5, max_bytes=4)
    for read in (body.read, body.read_all):
        with pytest.raises(PayloadTooLarge):
            await read()
    with pytest.raises(PayloadTooLarge):
        async for _ in body:
            pass
    assert source.asked == 0


async def test_a_smaller_bound_holds_for_a_reading() -> None:
    source = Pieces(b"abc")
    with pytest.raises(PayloadTooLarge, match="over 2 bytes"):
        await Body(source, declared_length=3, max_bytes=100).read_all(max_bytes=2)
    assert source.asked == 0
    with pytest.raises(PayloadTooLarge, match="over 2 bytes"):
        await body_of(b"abc").read_all(max_bytes=2)


async def test_a_larger_bound_for_a_reading_changes_nothing() -> None:
    with pytest.raises(PayloadTooLarge, match="over 4 bytes"):
        await body_of(b"abcde", max_bytes=4).read_all(max_bytes=50)


async def test_a_route_can_lower_the_bound_and_never_raise_it() -> None:
    body = body_of(b"abcde", max_bytes=10)
    body.limit(4)
    body.limit(50)
    assert body.max_bytes == 4
    with pytest.raises(PayloadTooLarge):
        await body.read()


async def test_lowering_the_bound_refuses_what_is_declared_or_seen() -> None:
    with pytest.raises(PayloadTooLarge):
        body_of(length=5).limit(4)
    body = body_of(b"abcde")
    await body.read()
    with pytest.raises(PayloadTooLarge):
        body.limit(4)


async def test_a_refused_body_stays_refused() -> None:
    body = body_of(b"abcde", b"f", max_bytes=4)
    for _ in range(2):
        with pytest.raises(PayloadTooLarge):
            await body.read()
