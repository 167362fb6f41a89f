from __future__ import annotations

import os
import socket
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sources import Refusal, Submission, read
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str | bytes], Path]

SEEDS = Path(__file__).parents[3] / "seeds"


def told(*paths: Path) -> list[tuple[str, str]]:
    """Return each find as its file's name and its body or reason."""
    return [
        (each.source, each.body)
        if isinstance(each, Submission)
        else (each.where.rpartition("/")[2], each.reason)
        for each in read(paths)
    ]


def test_a_folder_is_read_in_sorted_order_without_what_is_hidden(
    write: Write, tmp_path: Path
) -> None:
    for name in ("b/2.txt", "a.txt", "b/1.TXT", ".git/x.txt", ".hidden.txt", "photo.jpg", "c.txt"):
        write(name, "A truce.")
    seen: list[str] = []

    found = list(read([tmp_path], seen=lambda path: seen.append(path.name)))

    assert [each.source for each in found if isinstance(each, Submission)] == seen
    assert seen == ["a.txt", "1.TXT", "2.txt", "c.txt"]


def test_paths_that_lead_nowhere_are_named_and_the_rest_goes_in(
    write: Write, tmp_path: Path
) -> None:
    good = write("good.txt", "A truce.")
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        (tmp_path / "dangling.txt").symlink_to("nowhere")
        paths = [
            tmp_path / "missing.txt",
            tmp_path / "pipe.txt",
            tmp_path / "socket",
            tmp_path / "dangling.txt",
            good / "below.txt",
            write("photo.jpg", "x"),
            tmp_path / ("n" * 300),
            Path("nul\0"),
            good,
        ]

        found = told(*paths)

    assert found == [
        ("missing.txt", "no such file or folder"),
        ("pipe.txt", "not a regular file"),
        ("socket", "not a regular file"),
        ("dangling.txt", "no such file or folder"),
        ("below.txt", "no such file or folder"),
        ("photo.jpg", "unknown kind of file"),
        ("n" * 300, "name too long"),
        ("nul?", "no such file or folder"),
        ("good.txt", "A truce."),
    ]


def test_links_are_followed_inside_the_folder_only(write: Write, tmp_path: Path) -> None:
    write("in/a/real.txt", "Inside.")
    write("out/secret.txt", "Outside.")
    inside = tmp_path / "in"
    (inside / "alias.txt").symlink_to("a/real.txt")
    (inside / "secret.txt").symlink_to(tmp_path / "out" / "secret.txt")
    (inside / "out").symlink_to(tmp_path / "out")
    (inside / "a" / "up").symlink_to(inside)
    (inside / "me.txt").symlink_to("me.txt")
    (inside / "nowhere.txt").symlink_to("gone")
    os.mkfifo(inside / "pipe.txt")

    assert told(inside) == [
        ("real.txt", "Inside."),
        ("up", "folder loop"),
        ("alias.txt", "Inside."),
        ("me.txt", "folder loop"),
        ("nowhere.txt", "no such file or folder"),
        ("out", "leads outside the folder"),
        ("pipe.txt", "not a regular file"),
        ("secret.txt", "leads outside the folder"),
    ]


def test_folders_linked_to_each_other_end(write: Write, tmp_path: Path) -> None:
    for name in "abcdefgh":
        write(f"{name}/{name}.txt", f"{name} truce.")
        for other in "abcdefgh":
            (tmp_path / name / f"to {other}").symlink_to(tmp_path / other)

    found = told(tmp_path)

    assert [text for _name, text in found if "truce" in text] == [f"{n} truce." for n in "abcdefgh"]
    assert ("to a", "folder loop") in found


def test_a_very_deep_tree_is_read_to_its_end(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(1_500):
        deep /= "d"
        deep.mkdir()
    (deep / "a.txt").write_text("Deep.")

    found = told(tmp_path)

    assert found == [("a.txt", "Deep.")]
    (deep / "a.txt").unlink()
    while deep != tmp_path:  # too deep for the recursion that clears old test folders
        deep.rmdir()
        deep = deep.parent


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_what_may_not_be_read_is_named(write: Write, tmp_path: Path) -> None:
    write("a.txt", "A truce.").chmod(0)
    write("b/b.txt", "A truce.").parent.chmod(0)

    found = told(tmp_path)
    (tmp_path / "b").chmod(0o700)

    assert found == [("a.txt", "no permission"), ("b", "no permission")]


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("a.txt", 20_000_001, "larger than 20 MB"),
        ("a.json", 200_000_000, "larger than 20 MB"),
        ("a.jsonl", 2_000_000_001, "larger than 2 GB"),
    ],
)
def test_a_file_too_large_is_refused_without_reading_it(
    tmp_path: Path, name: str, size: int, reason: str
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(size)  # sparse: it takes no room on the disk

    assert told(tmp_path) == [(name, reason)]


def test_a_name_that_is_not_text_can_still_be_stored_and_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n\xe2\x80\xae.txt"))
    path.write_text("A truce.")

    assert told(tmp_path) == [("???.txt", "A truce.")]


def test_a_manifest_says_what_its_files_do_not(write: Write, tmp_path: Path) -> None:
    write("a.txt", "Truce begins\n\nA truce began.")
    write("b.txt", "Truce begins!\nA truce began.\n2024-12-01\n")
    write("c.txt", "Truce begins\n\nA truce began.")
    write("d.jsonl", '{"text": "One.", "outlet": "Own"}\n{"text": "Two."}\n')
    write(
        "manifest.toml",
        '[["articles"]]\nfile = "a.txt"\nlanguage = "en"\n'
        '[["articles"]]\nfile = "b.txt"\nheadline = "Truce begins!"\noutlet = "The Wire"\n'
        'url = "https://example.org/b"\npublished = 2024-12-07T10:30:00+03:00\n'
        '[["articles"]]\nfile = "d.jsonl"\noutlet = "Shared"\nheadline = "Not theirs"\n',
    )

    a, b, c, *d = (each for each in read([tmp_path]) if isinstance(each, Submission))

    assert (a.headline, a.body) == (None, "Truce begins\n\nA truce began.")
    assert (b.headline, b.body) == ("Truce begins!", "A truce began.\n2024-12-01")
    assert (b.outlet, b.url) == ("The Wire", "https://example.org/b")
    assert b.published == datetime(2024, 12, 7, 7, 30, tzinfo=UTC)
    assert c.headline == "Truce begins"
    assert [(each.outlet, each.headline) for each in d] == [("Own", None), ("Shared", None)]


def test_a_manifest_speaks_for_a_file_given_by_name_and_is_none_itself(
    write: Write, tmp_path: Path
) -> None:
    file = write("a.txt", "A truce began.")
    manifest = write("manifest.toml", '[["articles"]]\nfile = "a.txt"\npublished = "7 May 2024"\n')

    [found] = read([file, manifest])

    assert isinstance(found, Submission)
    assert found.published == date(2024, 5, 7)
    assert [file, manifest] == sorted(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[["articles"]]\nfile = "a.txt"\n[["articles"]]\nfile = "b.txt"\npublished = "soon"\n',
         "articles.2.published: not a date"),
        ('[["articles"]]\nfile = "a.txt"\ntitel = "x"\n', "articles.1.titel: unknown field"),
        ('[["articles"]]\nlanguage = "en"\n', "articles.1.file: missing"),
        ('[["articles"]]\nfile = "gone.txt"\n', "articles.1.file: no such file"),
        ('[["articles"]]\nfile = "../a.txt"\n',
         "articles.1.file: not the name of a file in this folder"),
        ('[["articles"]]\nfile = "a.txt"\n[["articles"]]\nfile = "a.txt"\n',
         "articles.2.file: named twice"),
        ("articles = 7", "articles: not a list"),
        ("", "articles: missing"),
        ("oops", "not TOML: "),
        ("a = " + "[" * 10_000, "not TOML"),
        (b"\xff", "not UTF-8 (byte 1)"),
    ],
)  # fmt: skip
def test_a_bad_manifest_is_refused_once_and_its_files_are_read_without_it(
    write: Write, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    write("manifest.toml", content)
    write("a.txt", "A truce.")
    write("b.txt", "Another truce.")

    (name, why), *rest = told(tmp_path)

    assert name == "manifest.toml"
    assert why.startswith(reason)
    assert rest == [("a.txt", "A truce."), ("b.txt", "Another truce.")]


def test_the_seeds_say_what_is_in_them_and_nothing_else() -> None:
    found = [each for each in read([SEEDS]) if not isinstance(each, Refusal)]

    ar, en = Language.ARABIC, Language.ENGLISH
    assert [(each.source[:3], each.language, each.headline, each.published) for each in found] == [
        ("000", en, "Qatar opens contacts with Syria’s opposition group, source says", None),
        ("001", en, None, None),
        ("002", ar, "قطر تبدأ اتصالات مباشرة مع هيئة تحرير الشام!", None),
        ("003", en, None, date(2024, 12, 7)),
        ("004", en, None, None),
    ]
    for each in found:
        assert each.body in (SEEDS / each.source).read_bytes().decode()
        assert (each.outlet, each.url) == (None, None)
        assert each.headline is None or not each.body.startswith(each.headline)
