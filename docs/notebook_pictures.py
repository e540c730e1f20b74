"""Takes pictures of what notebooks show, in a light and a dark theme, to be looked at.

Needs Chromium, which tests don't. Run: python docs/notebook_pictures.py DIRECTORY
"""

import shutil
import subprocess
import sys
from pathlib import Path

from cassandra_pv_archiver.testing.scenes import demo_scene

EXAMPLE = Path(__file__).parent / "examples" / "report_as_web_page.py"
THEMES = {"light": "background:white;color:#222", "dark": "background:#111;color:#ddd"}


def take_pictures(directory: Path) -> None:
    """Makes a page and a picture of it for each theme."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("There is no Chromium on the path, which takes the pictures.")
    directory.mkdir(parents=True, exist_ok=True)
    page = directory / "report.html"
    with demo_scene().serve() as scene:
        subprocess.run([sys.executable, EXAMPLE, scene.admin_url, scene.archive_url, page], check=True)  # noqa: S603 -- our own
    for theme, style in THEMES.items():
        themed = directory / f"{theme}.html"
        themed.write_text(f'<body style="font-family:sans-serif;{style}">{page.read_text("utf-8")}', "utf-8")
        picture = directory / f"{theme}.png"
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1100,2600"]
        command = [browser, *options, f"--screenshot={picture}", themed.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- of a page of our own
        print(picture)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Name the directory that the pictures go to.")
    take_pictures(Path(sys.argv[1]).absolute())
