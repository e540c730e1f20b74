"""Makes a notebook of the tutorial: its text, its code, and what that prints and draws.

Run: python docs/month_notebook.py
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "pages" / "a-month-of-fifty-channels.md"
NOTEBOOK = PAGE.with_suffix(".ipynb")
_CODE = re.compile(r"^<!-- docs/examples/[^\n]+ -->\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PRINTED = re.compile(r"\s*^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_DRAWN = re.compile(r"\s*^!\[(.*)\]\((.*)\)$", re.MULTILINE)
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_of(page: str) -> str:
    """The notebook as JSON."""
    cells: list[dict[str, Any]] = []
    place = 0
    while found := _CODE.search(page, place):
        _add_text(cells, page[place : found.start()])
        place = found.end()
        outputs: list[dict[str, Any]] = []
        if printed := _PRINTED.match(page, place):
            outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(printed[1])})
            place = printed.end()
        if drawn := _DRAWN.match(page, place):
            outputs.append(_picture(drawn[1], PAGE.parent / drawn[2]))
            place = drawn.end()
        numbers = {"execution_count": None, "metadata": {}, "outputs": outputs}
        cells.append({"cell_type": "code", **numbers, "source": _lines(found[1].rstrip("\n"))})
    _add_text(cells, page[place:])
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)]
    notebook = {"cells": numbered, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _add_text(cells: list[dict[str, Any]], text: str) -> None:
    if text.strip():
        cells.append({"cell_type": "markdown", "metadata": {}, "source": _lines(text.strip("\n"))})


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _picture(text: str, file: Path) -> dict[str, Any]:
    content = base64.b64encode(file.read_bytes()).decode()
    return {"output_type": "display_data", "metadata": {}, "data": {"image/png": content, "text/plain": [text]}}


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook_of(PAGE.read_text("utf-8")), "utf-8")
    print(NOTEBOOK)
