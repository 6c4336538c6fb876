"""The page about the rooms: its picture, its tables and its paths are those of the code."""

import re
import tomllib

import pytest

from tests.architecture import house

PAGE = (house.ROOT / "docs" / "house.md").read_text()


def test_the_picture_is_drawn_from_the_imports():
    assert house.PICTURE.read_text() == house.draw(), "make house"


def test_every_box_and_line_lies_inside_the_picture():
    numbers = [float(x) for x in re.findall(r'rect class="room" x="(-?\d+)"', house.draw())]
    assert numbers
    assert min(numbers) >= 0
    assert max(numbers) + house.BOX <= house.WIDTH


@pytest.mark.parametrize(("package", "starts"), house.WITH_ROOMS.items())
def test_every_room_has_one_row(package, starts):
    listed = re.findall(rf"^\| `{package}/(\w+)(?:/|\.py)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted([*house.rooms(package), *starts])


def test_every_path_leads_to_a_file():
    paths = set(re.findall(r"`((?:issuer|keys|verifier|contexts)/[\w./-]*)`", PAGE))
    assert [path for path in sorted(paths) if not (house.ROOT / path).exists()] == []


def test_rooms_that_import_each_other_cannot_be_drawn():
    with pytest.raises(ValueError, match="one → other → one"):
        house.depths({"one": {"other"}, "other": {"one"}})


def test_an_arrow_that_goes_round_by_another_room_is_left_out():
    imports = {"top": {"middle", "low"}, "middle": {"low"}, "low": set()}
    assert list(house.arrows(imports)) == [("middle", "low"), ("top", "middle")]


def test_the_page_on_caches_names_each_file_that_remembers():
    page = (house.ROOT / "docs" / "caches.md").read_text()
    remembering = {
        path.relative_to(house.ROOT).as_posix()
        for package in house.PACKAGES
        for path in (house.ROOT / package).rglob("*.py")
        if re.search(
            r"^@((lru_)?cache|remembered)\b|^_fragments\b|LRUCache\(",
            path.read_text(),
            re.MULTILINE,
        )
    }
    assert len(remembering) > 10
    assert remembering - set(re.findall(r"`([\w/]+\.py)`", page)) == set()


def test_what_the_run_of_mutants_names_is_there_and_stands_once():
    settings = tomllib.loads((house.ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    for files in (settings["only_mutate"], settings["pytest_add_cli_args_test_selection"]):
        assert [name for name in files if not (house.ROOT / name).is_file()] == []
        assert len(files) == len(set(files))
