"""Draws channels over time."""

# pyright: basic

import sys
import tempfile
from pathlib import Path

from matplotlib import pyplot

from cassandra_pv_archiver import ArchiveClient, plot_series

folder = Path(tempfile.mkdtemp())

with ArchiveClient(base_url=sys.argv[2]) as archive:
    # As many samples as can be seen, and the newest ones.
    names = ["RING:CURRENT", "RING:MODE", "RING:OPERATOR"]
    series = archive.get_samples_for(names, "-6h", "now", count=1000, fill_tail=True)
    temperatures = archive.get_samples_for([f"RING:S0{sector}:TEMP" for sector in range(1, 5)], "-6h", "now", count=360)

figure = plot_series(series, tz="Europe/Berlin")
figure.savefig(folder / "channels.png")
print([axes.get_title("left") for axes in figure.axes])

with pyplot.style.context("dark_background"):
    plot_series(temperatures, overlaid=True).savefig(folder / "temperatures.svg")

# On axes of one's own, and changed afterwards.
axes = series["RING:CURRENT"].plot(tz="Europe/Berlin")
axes.set_ylim(150, 205)
axes.axhline(200, linestyle=":", label="after injection")
pyplot.savefig(folder / "current.pdf")
pyplot.close("all")

print(axes.get_ylabel(), sorted(file.name for file in folder.iterdir()))
