"""What comparing and planning cost by the number of channels; run ``python -m tests.benchmarks.configuration_scale``.

Each size is measured in a process of its own, so that its memory is its own. Cost per channel that stays the same from
row to row is cost that grows linearly.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import UUID

from cassandra_pv_archiver import ArchiveConfiguration, ChannelConfiguration
from cassandra_pv_archiver.configuration import OwnedChannels, Plan, PlanPolicy, diff, plan

SERVERS = [UUID(int=number + 1) for number in range(4)]
SIZES = (12_500, 25_000, 50_000, 100_000)
MEBI = 2**20


def present(size: int) -> ArchiveConfiguration:
    """Channels of an accelerator: sectors, devices, signals, on several servers."""
    return ArchiveConfiguration(
        channels=[
            ChannelConfiguration(
                name=f"SR{number % 24:02}:PS{number // 24:05}:Current",
                server=SERVERS[number % 4],
                levels={0: 86_400, 60: 31_536_000, 3600: 0},
                options={"monitorMask": "value|alarm", "clockSource": "prefer_origin"},
            )
            for number in range(size)
        ]
    )


def desired(configuration: ArchiveConfiguration) -> ArchiveConfiguration:
    """A tenth each is renamed, moved, removed and added; half of all channels get another level."""
    channels: list[ChannelConfiguration] = []
    for number, channel in enumerate(configuration.channels):
        match number % 10:
            case 0:
                name, old = f"{channel.name}:Readback", channel.name
                channels.append(channel.model_copy(update={"name": name, "renamed_from": old}))
            case 1:
                channels.append(channel.model_copy(update={"server": SERVERS[(number // 10) % 4]}))
            case 2:
                channels.append(channel.model_copy(update={"name": f"new:{channel.name}"}))
            case 3 | 4:
                channels.append(channel)
            case _:
                levels = {0: 86_400, 60: 31_536_000, 900: 63_072_000, 3600: 0}
                channels.append(channel.model_copy(update={"levels": levels, "enabled": False}))
    return ArchiveConfiguration(channels=channels, owns=[OwnedChannels(server=server) for server in SERVERS])


def seconds(work: Callable[[], object]) -> float:
    """How long a processor works on something, at best of two."""
    times: list[float] = []
    for _ in range(2):
        gc.collect()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def measure(size: int) -> None:
    """Prints one row."""
    before = present(size)
    after = desired(before)
    policy = PlanPolicy(remove_channels=True)
    made = plan(after, before, policy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEBI  # with both configurations and the plan
    text = made.to_json()
    costs = [
        seconds(lambda: diff(before, after)),
        seconds(lambda: plan(after, before, policy)),
        seconds(made.after),
        seconds(made.to_json),
        seconds(lambda: Plan.from_json(text)),
    ]
    row = "".join(f"{cost:9.2f} ({cost / size * 1e6:4.1f})" for cost in costs)
    print(f"{size:8,} {len(made.commands):9,}{row}{peak:10.0f}", flush=True)


def main() -> None:
    """Measures all sizes, or the one that is given."""
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
        return
    print("seconds of processor time (microseconds per channel); peak memory in MiB up to and with the plan")
    titles = "".join(f"{title:>16}" for title in ("diff", "plan", "outcome", "to JSON", "from JSON"))
    print(f"{'channels':>8} {'commands':>9}{titles}{'MiB':>10}", flush=True)
    for size in SIZES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.configuration_scale", str(size)], check=True)


if __name__ == "__main__":
    main()
