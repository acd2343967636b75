"""A directory that a log names is found in its worktree, in another repository, in none, or gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ai_quality.sources.places import Places
from tests.histories import C, History, build, run_git


@pytest.fixture
def shop(tmp_path: Path) -> History:
    story = build(tmp_path / "shop", [C("A", src__cart="a")])
    run_git(story.path, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "shop-topic"))
    build(story.path / "vendor/inner", [C("X", f="x")])
    build(tmp_path / "blog", [C("X", f="x")])
    (tmp_path / "notes").mkdir()
    (tmp_path / "link").symlink_to(story.path / "src")
    return story


def spots(shop: History, *directories: str) -> list[tuple[str, str]]:
    places = Places(shop.path / ".git")
    found = [places.of(str(shop.path.parent / directory)) for directory in directories]
    return [(spot.kind, spot.worktree) for spot in found]


def test_a_directory_is_of_the_nearest_repository_above_it(shop: History) -> None:
    assert spots(shop, "shop", "shop/src", "shop-topic", "link") == [
        ("here", ""),
        ("here", ""),
        ("here", "shop-topic"),
        ("here", ""),
    ]
    assert spots(shop, "shop/vendor/inner", "blog", "notes") == [("other", ""), ("other", ""), ("nowhere", "")]
    assert spots(shop, "shop/gone/too", "gone") == [("here", ""), ("gone", "")]
    assert Places(shop.path / ".git").of("/no/such/place") == Places(shop.path / ".git").of(None)


def test_a_repository_without_a_directory_of_its_own_name_is_found_through_its_pointer(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--separate-git-dir", str(tmp_path / "store"), str(tmp_path / "shop"))
    assert Places(tmp_path / "store").of(str(tmp_path / "shop")).kind == "here"


def test_a_file_is_named_as_a_commit_names_it(shop: History) -> None:
    places, top = Places(shop.path / ".git"), str(shop.path)
    assert places.names(f"{top}/src/cart", f"{top}/src") == ("src/cart",)
    assert places.names("cart", f"{top}/src") == ("src/cart",)
    assert places.names(f"{top}-topic/deep/new", top) == ("deep/new",)
    assert places.names(f"{top}/vendor/inner/f", top) == ()
    assert places.names("/etc/passwd", top) == ()


def test_a_file_of_a_worktree_that_is_gone_is_named_below_each_directory_that_may_have_been_its_root(
    shop: History,
) -> None:
    shutil.rmtree(shop.path.parent / "shop-topic")
    places, top = Places(shop.path / ".git"), f"{shop.path}/.trees/topic"
    assert places.names(f"{top}/src/cart", top) == (".trees/topic/src/cart", "src/cart", "topic/src/cart")
    assert places.names("/srv/space/src/cart", "/srv/space/src") == ("cart", "src/cart", "space/src/cart")
    assert places.names("/srv/space/README", "/srv/space/src") == ("", "README", "space/README")
    assert places.names("/tmp/x", "/srv/space/src") == ()


@pytest.mark.parametrize("content", [b"", b"gitdir: ", b"gitdir:\xff\xfe", b"nonsense" * 9999, b"gitdir: /no/such\n"])
def test_a_garbled_pointer_makes_no_repository_of_ours(shop: History, content: bytes) -> None:
    (shop.path.parent / "notes/.git").write_bytes(content)
    assert spots(shop, "notes")[0][0] in {"other", "nowhere"}
