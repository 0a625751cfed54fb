import pytest

from drystone.errors import RangeNotSatisfiable
from drystone.http.files.ranges import ByteRange, select_range


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=5-", 5, 9),
        ("bytes=9-", 9, 9),
        ("bytes=5-99", 5, 9),
        ("bytes=-3", 7, 9),
        ("bytes=-10", 0, 9),
        ("bytes=-999", 0, 9),
        ("Bytes=2-3", 2, 3),
        ("bytes= 2-3 ", 2, 3),
    ],
)
def test_one_range(value: str, first: int, last: int) -> None:
    assert select_range(value, 10) == ByteRange(first, last - first + 1, 10)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=3-2",
        "bytes=+1-2",
        "bytes=1_0-",
        "bytes=٣-",
        "bytes=0-1,4-5",
        "bytes=0-1,",
        "bytes=1",
        "items=0-1",
        "bytes =0-1",
        "bytes=0 - 1",
        "bytes=0-" + "9" * 19,
    ],
)
def test_other_values_are_ignored(value: str | None) -> None:
    assert select_range(value, 10) is None


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=10-20", "bytes=999-", "bytes=-0"])
def test_past_the_end_is_refused_with_the_size(value: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        select_range(value, 10)
    assert refused.value.headers == (("Content-Range", "bytes */10"),)


@pytest.mark.parametrize("value", ["bytes=0-", "bytes=-1", "bytes=5-6"])
def test_nothing_has_no_parts(value: str) -> None:
    assert select_range(value, 0) is None


def test_names_the_part() -> None:
    part = select_range("bytes=-3", 10)
    assert part is not None
    assert part.content_range == "bytes 7-9/10"
