import pytest
from defusedxml import ElementTree

from vaas.model import Entry
from vaas.storage.davtext import byte_range, http_date, multistatus

DAV = "{DAV:}"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 10)),
        ("bytes=90-500", (90, 10)),
        ("bytes=-30", (70, 30)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=20-10", None),
        ("bytes=-", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("lines=1-2", (0, 100)),
        ("bytes=99999999999999999999-", (0, 100)),
    ],
)
def test_ranges(header: str, part: tuple[int, int] | None) -> None:
    assert byte_range(header, 100) == part


def test_an_empty_file_has_no_parts() -> None:
    assert byte_range("", 0) == (0, 0)
    assert byte_range("bytes=0-", 0) is None


def test_times() -> None:
    assert http_date("Sun, 06 Nov 1994 08:49:37 GMT") == "Sun, 06 Nov 1994 08:49:37 GMT"
    for odd in ("", "yesterday", "2026-01-01T00:00:00Z", "Sun, 99 Nov 1994 08:49:37 GMT"):
        assert http_date(odd) == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_names_cannot_break_out_of_the_text() -> None:
    odd = "a&b<c>'\"%20 é#?;"
    body = multistatus(
        [("/t/", None), (f"/t/{odd}", Entry(odd, False, 5)), ("/t/d", Entry("d", True))]
    )
    hrefs = [node.text for node in ElementTree.fromstring(body).iter(f"{DAV}href")]
    assert hrefs == ["/t/", "/t/a%26b%3Cc%3E%27%22%2520%20%C3%A9%23%3F%3B", "/t/d/"]
