"""A month of fifty channels, and a regression that says what moves the beam in sector 5."""

# pyright: basic

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from cassandra_pv_archiver import (
    ArchiveClient,
    ExportProgress,
    estimate_dataset,
    export_dataset,
    open_dataset,
    plot_series,
    statistics,
    time_in_state,
    verify_dataset,
)

archive = ArchiveClient.from_profile()
channels = archive.find_channels_by_pattern("RING:*")
print(len(channels), channels[:3])

# %% how large it will be

START, END = "2024-10-01T00:00Z", "2024-11-01T00:00Z"
print(estimate_dataset(archive, channels, START, END))

# %% export


def show(progress: ExportProgress) -> None:
    print(progress, end="\n" if progress.finished else "\r")


print(export_dataset(archive, channels, START, END, "october", progress=show))

# %% verify

print(verify_dataset("october", archive, compare=10))
archive.close()

# %% one channel

dataset = open_dataset("october")
current = dataset.series("RING:CURRENT")
print(current)

month = statistics(current)
print(f"{month.mean:.0f} {month.units} on average, at most {month.maximum:.0f}")
modes = time_in_state(dataset.series("RING:MODE"))
print({mode: f"{seconds / 3600:.0f} h" for mode, seconds in modes.items()})

# %% several channels

BEAM, AIR, GAP = "RING:S05:BPM:X", "RING:S05:TUNNEL:TEMP", "RING:U3:GAP"
week = dataset.several(["RING:CURRENT", "RING:MODE", AIR, GAP, BEAM], "2024-10-07T00:00Z", "2024-10-14T00:00Z")
plot_series(week).savefig("week.png")

# %% what is wrong with them

for name, series in dataset.several(channels).items():
    invalid = series.valid & (series.severities == "INVALID")
    if not len(series):
        print(f"{name} has no samples")
    for gap in series.gaps:
        print(f"{name}: {gap.reason}, {gap.start_datetime:%d %B %H:%M} to {gap.end_datetime:%d %B %H:%M}")
    if invalid.any():
        print(f"{name}: {invalid.sum()} of {len(series):,} samples are INVALID")

# %% one table

table = dataset.align(channels, START, END, step="10min", max_severity="MAJOR")
frame = table.to_pandas()
print(frame[["RING:MODE", AIR, BEAM]].iloc[1208:1212].round(2))
print(frame.shape, {name: int((~table.valid[name]).sum()) for name in (AIR, GAP, BEAM)})

# %% rows that can be used

frame["FIELD"] = np.exp(-np.pi * frame[GAP] / 32)  # of an undulator with a period of 32 mm
known = frame[["RING:CURRENT", AIR, "FIELD"]].notna().rolling(72).min().min(axis="columns") == 1  # 72 rows are 12 h
settled = table.ages[GAP] >= table.ages[BEAM]
usable = known.to_numpy() & table.valid[BEAM] & settled & (table["RING:MODE"] == "User run")
print(f"{usable.sum():,} of {len(frame):,} rows")

# %% training and test

days = table.datetimes
train = usable & (days < np.datetime64("2024-10-18"))
choose = usable & (days >= np.datetime64("2024-10-18")) & (days < np.datetime64("2024-10-25"))
test = usable & (days >= np.datetime64("2024-10-25"))
print(train.sum(), choose.sum(), test.sum())

# %% regression

Numbers = npt.NDArray[np.floating]
beam: Numbers = table[BEAM]


def delayed(name: str, half_life: int) -> Numbers:
    if not half_life:
        return frame[name].to_numpy()
    return frame[name].ewm(halflife=f"{half_life}min", times=days).mean().to_numpy()


def features(current_min: int, air_min: int) -> Numbers:
    current, air, field = delayed("RING:CURRENT", current_min), delayed(AIR, air_min), delayed("FIELD", 0)
    return np.column_stack([current, air, field, np.ones(len(frame))])


def fit(x: Numbers, rows: npt.NDArray[np.bool_]) -> Numbers:
    return np.linalg.lstsq(x[rows], beam[rows])[0]


def rms(residual: Numbers) -> float:
    return float(np.sqrt((residual**2).mean()))


at_once = features(0, 0)
residual = beam - at_once @ fit(at_once, train)
print(f"{rms(residual[train]):.2f} um in training, {rms(residual[choose]):.2f} um in the week after")

# %% what comes later


def error_with(half_lives: tuple[int, int]) -> float:
    x = features(*half_lives)
    return rms((beam - x @ fit(x, train))[choose])


pairs = [(current_min, air_min) for current_min in (0, 15, 30, 45, 60, 90) for air_min in (0, 60, 120, 180, 240)]
best = min(pairs, key=error_with)
print(f"current {best[0]} min, air {best[1]} min: {error_with(best):.2f} um")

# %% the last week

x = features(*best)
coefficients = fit(x, train | choose)
print(dict(zip(["um/mA", "um/K", "um of the closed gap", "um"], coefficients.round(2).tolist(), strict=True)))
predicted = x @ coefficients
for name, guess in (
    ("always the mean", beam[train | choose].mean()),
    ("without delays", at_once @ fit(at_once, train | choose)),
    ("with delays", predicted),
):
    print(f"{name}: {rms((beam - guess)[test]):.2f} um")

# %% picture

last = days >= np.datetime64("2024-10-25")
measured, guessed = (np.where(usable, values, np.nan)[last] for values in (beam, predicted))
figure, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(9, 5), height_ratios=[2, 1], layout="constrained")
above.plot(days[last], measured, ".", markersize=3, label="measured")
above.plot(days[last], guessed, label="predicted")
above.set(ylabel="µm", title=f"{BEAM}, in a week that nothing was fitted to")
above.legend()
below.plot(days[last], measured - guessed, ".", markersize=3)
below.axhline(0, linewidth=0.8, color="gray")
below.set(ylabel="residual, µm", xlabel="UTC")
figure.savefig("regression.png")
