from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaas.storage.names import MAX_NAME, inside, is_debris, neutral, order_notebooks

names = st.text(st.characters(), max_size=400)


@pytest.mark.parametrize(
    ("folder", "path", "name"),
    [
        ("", "a.txt", "a.txt"),
        ("", ".hidden", ".hidden"),
        ("a/b", "a/b/c d#%.txt", "c d#%.txt"),
        ("", "..", None),
        ("", ".", None),
        ("", "", None),
        ("", "/etc/passwd", None),
        ("", "../x", None),
        ("", "a/b", None),
        ("a", "a", None),
        ("a", "a/", None),
        ("a", "a/..", None),
        ("a", "a/../x", None),
        ("a", "ab/c", None),
        ("a", "b/c", None),
        ("", "nul\0here", None),
    ],
)
def test_only_what_lies_directly_in_the_folder(folder: str, path: str, name: str | None) -> None:
    assert inside(folder, path) == name


@pytest.mark.parametrize(
    "name", ["a b", "größe.csv", "日本.ipynb", "12:30 t.csv", "#%?&", "a" * 255]
)
def test_ordinary_names_stay(name: str) -> None:
    assert neutral(name) == name


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("a\nb.ipynb", "a_b~", ".ipynb"),
        ("..\\..\\etc", ".._.._etc~", ""),
        ("C:evil.txt", "C_evil~", ".txt"),
        ("\u202etxt.exe", "_txt~", ".exe"),
        ("x" * 300 + ".csv", "x" * 200, ".csv"),
        ("\udcff", "_~", ""),
    ],
)
def test_awkward_names_are_neutralised(name: str, start: str, end: str) -> None:
    found = neutral(name)
    assert found != name
    assert found.startswith(start)
    assert found.endswith(end)


@given(names, names)
def test_a_name_is_always_one_that_a_file_can_have(folder: str, path: str) -> None:
    name = inside("", path)
    if name is None:
        return
    local = neutral(name)
    assert 0 < len(local.encode()) <= MAX_NAME
    assert local not in {".", ".."}
    assert not set(local) & set("/\0\\\n\r\t\x7f\u202e")
    assert neutral(local) == local
    assert inside(folder, f"{folder}/{name}" if folder else name) == name


@given(names, names)
def test_two_names_stay_two(one: str, other: str) -> None:
    if inside("", one) and inside("", other) and one != other:
        assert neutral(one) != neutral(other)


def test_case_and_unicode_forms_stay_apart() -> None:
    assert len({neutral(name) for name in ("é", "e\u0301", "A", "a")}) == 4


@pytest.mark.parametrize(
    ("name", "is_folder", "left_out"),
    [
        (".git", True, True),
        (".ipynb_checkpoints", True, True),
        ("__pycache__", True, True),
        ("data", True, False),
        (".env", False, False),
        (".~lock.a.odt#", False, True),
        ("~$a.docx", False, True),
        (".sync_1a2b.db", False, True),
        (".sync_1a2b.db-wal", False, True),
        ("._photo.jpg", False, True),
        (".DS_Store", False, True),
        ("Thumbs.db", False, True),
        ("a.db", False, False),
    ],
)
def test_debris(name: str, is_folder: bool, left_out: bool) -> None:
    assert is_debris(name, is_folder=is_folder) is left_out


def test_the_index_comes_first_and_hidden_notebooks_not_at_all() -> None:
    paths = [
        "z.ipynb",
        "a/index.ipynb",
        "index.ipynb",
        ".h/x.ipynb",
        ".y.ipynb",
        "b.csv",
        "B.ipynb",
    ]
    assert order_notebooks(paths) == ("index.ipynb", "B.ipynb", "a/index.ipynb", "z.ipynb")


def test_a_hidden_notebook_is_shown_where_it_is_the_only_one() -> None:
    debris = [".ipynb_checkpoints/a.ipynb", ".Trash/b.ipynb"]
    assert order_notebooks([".app.ipynb", "data.csv", *debris]) == (".app.ipynb",)
    assert order_notebooks([".app.ipynb", "sub/shown.IPYNB"]) == ("sub/shown.IPYNB",)
    assert order_notebooks(debris) == ()
