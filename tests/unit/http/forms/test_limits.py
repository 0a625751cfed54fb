import time

import pytest
from tests.unit.http.forms.bodies import (
    MAX_BODY,
    MULTIPART,
    body_of,
    join,
    outcome,
    part,
)

from drystone.errors import PayloadTooLarge
from drystone.http.body import Body
from drystone.http.forms.form import parse_form


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
async def test_parts_are_counted(size: int) -> None:
    def split(data: bytes) -> list[bytes]:
        return [data[i : i + size] for i in range(0, len(data), size)]

    assert len(await outcome(split(join(*[part("a", b"1")] * 100)))) == 100
    for parts in (101, 5000):
        kind, detail = await outcome(split(join(*[part("a", b"")] * parts)))
        assert kind is PayloadTooLarge
        assert "100 parts" in detail


async def test_part_headers_are_counted_and_measured() -> None:
    assert await outcome(join(part("a", b"1", *["X: y"] * 15))) == [("a", "1")]
    assert (await outcome(join(part("a", b"1", *["X: y"] * 16))))[0] is PayloadTooLarge
    fitting = "X: " + "y" * (4096 - 7 - len('Content-Disposition: form-data; name="a"'))
    for size in (1, 1 << 20):
        for header, expected in ((fitting, [("a", "1")]), (fitting + "yyy", PayloadTooLarge)):
            data = join(part("a", b"1", header))
            found = await outcome([data[i : i + size] for i in range(0, len(data), size)])
            assert (found[0] if isinstance(found, tuple) else found) == expected
    name = "n" * (4096 - len('Content-Disposition: form-data; name=""') - 2)
    for size in (1, 1 << 20):
        for text, expected in ((name, [(name, "1")]), (name + "n", PayloadTooLarge)):
            data = join(part(text, b"1"))
            found = await outcome([data[i : i + size] for i in range(0, len(data), size)])
            assert (found[0] if isinstance(found, tuple) else found) == expected
    many = [f"X-{n}: " + "y" * 1000 for n in range(5)]
    assert (await outcome(join(part("a", b"1", *many))))[0] is PayloadTooLarge
    assert (await outcome(b"--bd\r\nX: " + b"y" * 1_000_000))[0] is PayloadTooLarge


async def test_texts_are_measured_together() -> None:
    half = b"x" * (128 * 1024 - 1)
    assert len(await outcome(join(part("a", half), part("b", half)))) == 2
    kind, detail = await outcome(join(part("a", half), part("b", half + b"x")))
    assert kind is PayloadTooLarge
    assert "262144" in detail
    assert len(await outcome(join(part("f", half * 3, filename="f")))) == 1


async def test_the_whole_body_is_measured_while_it_arrives() -> None:
    sent = 0

    async def receive() -> bytes:
        nonlocal sent
        sent += 64 * 1024
        return b"x" * 64 * 1024

    head = iter([b"--bd\r\n" + part("f", b"", filename="f")])

    async def receive_all() -> bytes:
        return next(head, b"") or await receive()

    with pytest.raises(PayloadTooLarge):
        await parse_form(Body(receive_all, declared_length=None, max_bytes=MAX_BODY), MULTIPART)
    assert sent <= 10 * 1024 * 1024 + 64 * 1024


async def test_a_declared_length_is_refused_before_anything_is_read() -> None:
    async def receive() -> bytes:
        pytest.fail("nothing needs to be read")

    body = Body(receive, declared_length=10 * 1024 * 1024 + 1, max_bytes=MAX_BODY)
    with pytest.raises(PayloadTooLarge):
        await parse_form(body, MULTIPART)


async def test_a_form_never_raises_the_limit_of_its_route() -> None:
    body = body_of([join(part("f", b"x" * 2000, filename="f"))])
    body.limit(1000)
    with pytest.raises(PayloadTooLarge):
        await parse_form(body, MULTIPART)


async def test_an_endless_preamble_is_not_read_on() -> None:
    sent = 0

    async def receive() -> bytes:
        nonlocal sent
        sent += 100
        return b"x" * 100 if sent < 10_000 else b""

    with pytest.raises(PayloadTooLarge, match="first boundary"):
        await parse_form(Body(receive, declared_length=None, max_bytes=MAX_BODY), MULTIPART)
    assert sent < 1500


async def test_a_preamble_is_bounded() -> None:
    for preamble in (b"x" * 1023 + b"\r\n", b"x" * 1_000_000, b"\r\n" * 500_000, b"--b" * 300_000):
        for size in (1000, 1 << 20):
            data = preamble + b"\r\n" + join(part("a", b"1"))
            found = await outcome([data[i : i + size] for i in range(0, len(data), size)])
            assert found[0] is PayloadTooLarge, preamble[:10]
            assert "first boundary" in found[1]


@pytest.mark.parametrize(
    "unit", [b"\r\n", b"\r", b"\n", b"\r\n--b", b"\r\n--", b"-", b"\x00", b"\r\n--bc"]
)
@pytest.mark.parametrize("size", [100, 64 * 1024])
async def test_hostile_content_takes_linear_time(unit: bytes, size: int) -> None:
    content = unit * (1_000_000 // len(unit))
    data = join(part("f", content, filename="f"))
    start = time.process_time()
    found = await outcome([data[i : i + size] for i in range(0, len(data), size)])
    assert found == [("f", "f", "application/octet-stream", content)]
    assert time.process_time() - start < 3


async def test_a_long_epilogue_costs_little() -> None:
    data = join(part("a", b"1")) + b"--bd\r\n" * 500_000
    start = time.process_time()
    assert await outcome([data[i : i + 100] for i in range(0, len(data), 100)]) == [("a", "1")]
    assert time.process_time() - start < 2
