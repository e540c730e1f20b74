"""The code on the pages runs, and the pages belong together."""

from __future__ import annotations

import re

import pytest
import yaml

import cassandra_pv_archiver as package
from cassandra_pv_archiver import errors
from cassandra_pv_archiver.testing import RunningSimulator
from tests.docs.running import DOCS, ROOT, at, python_blocks, run, with_cells_apart

PAGES = [ROOT / "README.md", *sorted((DOCS / "pages").rglob("*.md"))]
BLOCKS = {
    f"{page.stem}-{number}": code
    for page in PAGES
    for number, (shown, code) in enumerate(python_blocks(page), 1)
    if shown is None
}


@pytest.mark.one_interpreter
@pytest.mark.parametrize("code", BLOCKS.values(), ids=BLOCKS.keys())
def test_code_on_a_page(code: str, scene: RunningSimulator) -> None:
    text = at(code, scene)
    assert text.count("base_url=") == len(re.findall(r"\w+Client\(", text)), "a client would go to another host"
    run("-c", text)


def test_pages_show_the_examples_that_run() -> None:
    shown = [(ROOT / path, code) for page in PAGES for path, code in python_blocks(page) if path]
    for path, code in shown:
        assert code == with_cells_apart(path.read_text("utf-8")), f"copy {path} to its page"
    assert {path for path, _ in shown} == set((DOCS / "examples").glob("*.py"))


def test_linked_pages_and_sections_exist() -> None:
    for page in PAGES:
        for target, section in re.findall(r"\]\(([^)#: ]*)(?:#([^)]*))?\)", page.read_text("utf-8")):
            linked = page.parent / target if target else page
            assert linked.exists(), f"{page}: {target}"
            if section:
                headings = re.findall(r"^#+ (.*)$", linked.read_text("utf-8"), re.MULTILINE)
                assert section in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}, section


def test_files_that_pages_name_exist() -> None:
    places = (ROOT, ROOT / "src" / "cassandra_pv_archiver")
    for page in PAGES:
        for name in re.findall(
            r"(?<![\w/])(?:(?:tests|docs|spec|codegen)/[\w./-]+|_\w+\.py|_generated)", page.read_text("utf-8")
        ):
            assert any((place / name.rstrip(".")).exists() for place in places), f"{page}: {name}"


@pytest.mark.parametrize(
    "drawing",
    [(DOCS / "pages" / "errors-and-retries.md").read_text("utf-8"), errors.__doc__ or ""],
    ids=["page", "module"],
)
def test_tree_of_errors(drawing: str) -> None:
    drawn = re.findall(r"^ *((?:\|   )?)\+-- (\w+Error) ", drawing, re.MULTILINE)
    public = {name: getattr(package, name) for name in package.__all__ if name.endswith("Error")}
    assert sorted(name for _, name in drawn) == sorted(public.keys() - {"ArchiverError"})
    parent = ""
    for indented, name in drawn:
        assert public[name].__mro__[1] is (public[parent] if indented else package.ArchiverError)
        parent = parent if indented else name


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = yaml.safe_load((DOCS / "mkdocs.yml").read_text("utf-8"))
    listed = re.findall(r"'([\w/-]+\.md)'", str(contents["nav"]))
    pages = DOCS / contents["docs_dir"]
    assert sorted(listed) == sorted(str(page.relative_to(pages)) for page in PAGES[1:])
