"""Makes the pictures of plots and terminals anew, in a light and a dark theme; look at each before it is committed.

Run: python docs/plot_pictures.py [DIRECTORY]
"""

import io
import os
import re
import runpy
import subprocess
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

from matplotlib import pyplot
from PIL import Image
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI
from rich.text import Text

from cassandra_pv_archiver.testing import Simulator, month_scene
from cassandra_pv_archiver.testing.scenes import demo_scene

MONTH = Path(__file__).parent / "examples" / "month_of_channels.py"
PICTURES = Path(__file__).parent / "pages" / "pictures"
STACKED = "plot RING:CURRENT RING:S03:VAC:PRESSURE RING:MODE RING:OPERATOR RING:BPM:ORBIT --start -6h"
OVERLAID = "plot --match RING:S*:TEMP RING:LIFETIME --start -6h --count 72 --overlaid"
IN_TERMINAL = {
    "plot-terminal": "plot RING:CURRENT RING:MODE RING:OPERATOR --start -6h",
    "terminal-status": "status",
}
COLUMNS = 90
TERMINAL = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "COLUMNS": str(COLUMNS), "LINES": "30"}
WIDTH = 900
_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def take_pictures(directory: Path) -> None:
    """Makes a picture of each kind in each theme."""
    directory.mkdir(parents=True, exist_ok=True)
    with demo_scene().serve() as scene:
        os.environ |= {"CPVA_ARCHIVE_URL": scene.archive_url, "CPVA_ADMIN_URL": scene.admin_url}
        os.environ["CPVA_TZ"] = "Europe/Berlin"
        for theme, options in (("light", []), ("dark", ["--dark"])):
            for name, command in (("stacked", STACKED), ("overlaid", OVERLAID)):
                picture = directory / f"plot-{name}-{theme}.png"
                _cpva([*command.split(), *options, "-o", str(picture), "--force"])
                _make_small(picture)
                print(picture)
        shown = {name: _cpva(command.split(), **TERMINAL) for name, command in IN_TERMINAL.items()}
    _take_pictures_of_the_month(directory)
    for name, text in shown.items():
        for theme, colours in (("light", DEFAULT_TERMINAL_THEME), ("dark", MONOKAI)):
            console = Console(record=True, width=COLUMNS, file=io.StringIO())
            console.print(Text.from_ansi(text))
            svg = console.export_svg(title=f"cpva {IN_TERMINAL[name]}", theme=colours)
            picture = directory / f"{name}-{theme}.svg"
            # Nothing is loaded from elsewhere: the fonts of whoever looks at it do.
            picture.write_text(_WEB_FONT.sub("", svg).replace("Fira Code", "DejaVu Sans Mono"), "utf-8")
            print(picture)


def _take_pictures_of_the_month(directory: Path) -> None:
    """Runs the example of the tutorial in each theme, and takes the pictures that it draws."""
    for theme, style in (("light", "default"), ("dark", "dark_background")):
        with Simulator(scene=month_scene).serve() as ring, tempfile.TemporaryDirectory() as folder, chdir(folder):
            os.environ |= {"CPVA_ARCHIVE_URL": ring.archive_url, "CPVA_ADMIN_URL": ring.admin_url}
            with pyplot.style.context(style):
                runpy.run_path(str(MONTH))
            pyplot.close("all")
            for name in ("week", "regression"):
                picture = directory / f"month-{name}-{theme}.png"
                Path(f"{name}.png").replace(picture)
                _make_small(picture)
                print(picture)


def _cpva(arguments: list[str], **environment: str) -> str:
    command = [sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()", *arguments]
    return subprocess.run(  # noqa: S603 -- our own
        command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=os.environ | environment
    ).stdout


def _make_small(picture: Path) -> None:
    with Image.open(picture) as image:
        size = (WIDTH, round(image.height * WIDTH / image.width))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS).quantize(kmeans=1)
    small.save(picture, optimize=True)


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else PICTURES)
