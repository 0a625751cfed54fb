import pytest
from tests.unit.http.forms.bodies import (
    URLENCODED,
    join,
    part,
    read,
)

from drystone.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType
from drystone.http.forms.form import Form, Upload
from drystone.http.forms.spool import Spool
from drystone.http.parts.media import parse_media_type


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "text/plain",
        "multipart/mixed; boundary=bd",
        "application/x-www-form-urlencoded; charset=latin-1",
        "multipart/form-data; boundary=bd; charset=utf-16",
    ],
)
async def test_other_media_types_are_415(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType):
        await read(b"a=1", parse_media_type(content_type))


async def test_utf_8_may_be_said() -> None:
    content_type = "Application/X-WWW-Form-Urlencoded; charset=UTF-8"
    form = await read(b"a=%C3%A9", parse_media_type(content_type))
    assert form.get("a") == "é"


async def test_reads_urlencoded_fields() -> None:
    form = await read([b"a=1&b=x+y", b"%21&a=2"], URLENCODED)
    assert form.items() == (("a", "1"), ("b", "x y!"), ("a", "2"))
    assert form.get_all("a") == ["1", "2"]
    assert form.get("b") == "x y!"
    await form.close()


async def test_an_empty_urlencoded_body_is_an_empty_form() -> None:
    assert len(await read(b"", URLENCODED)) == 0


async def test_lists_every_malformed_urlencoded_field() -> None:
    with pytest.raises(BadRequest) as excinfo:
        await read(b"a=%zz&b=1&c%2Fd=%00&=1", URLENCODED)
    assert [(v.pointer, v.code) for v in excinfo.value.errors] == [
        ("/a", "format"),
        ("/c%2Fd", "format"),
        ("", "required"),
    ]


async def test_a_semicolon_separates_nothing() -> None:
    assert (await read(b"a=1;b=2", URLENCODED)).items() == (("a", "1;b=2"),)


async def test_urlencoded_forms_are_bounded() -> None:
    assert len(await read(b"&".join([b"a=1"] * 100), URLENCODED)) == 100
    with pytest.raises(PayloadTooLarge):
        await read(b"&".join([b"a=1"] * 101), URLENCODED)
    assert await read(b"a=" + b"x" * (256 * 1024 - 2), URLENCODED)
    with pytest.raises(PayloadTooLarge):
        await read([b"a=", b"x" * (256 * 1024 - 1)], URLENCODED)


async def test_a_repeated_scalar_is_400() -> None:
    data = join(part("a", b"1"), part("a", b"2"), *[part("f", b"", filename="f")] * 2)
    async with await read(data) as form:
        for ask in (form.get, form.file):
            with pytest.raises(BadRequest) as excinfo:
                ask("a" if ask == form.get else "f")
            assert [v.code for v in excinfo.value.errors] == ["duplicate"]
        assert len(form.files("f")) == 2


async def test_a_file_is_no_text_and_a_text_no_file() -> None:
    async with await read(join(part("a", b"1"), part("f", b"", filename="f"))) as form:
        for ask, name in (
            (form.get, "f"),
            (form.get_all, "f"),
            (form.file, "a"),
            (form.files, "a"),
        ):
            with pytest.raises(BadRequest) as excinfo:
                ask(name)
            assert [(v.pointer, v.code) for v in excinfo.value.errors] == [(f"/{name}", "type")]


async def test_absent_fields() -> None:
    form = Form()
    assert form.get("a") is None
    assert form.get("a", "x") == "x"
    assert form.get_all("a") == []
    assert form.file("a") is None
    assert form.files("a") == []
    await form.close()


def test_a_form_shows_no_values() -> None:
    upload = Upload(Spool(0), start=0, size=3, filename="f", content_type="a/b")
    assert "secret" not in repr(Form([("password", "secret"), ("f", upload)]))
    assert repr(upload) == "Upload('f', 'a/b', 3 bytes)"
