"""A test against the simulator, as one would write it for one's own program."""

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.testing import Simulator, double_sample

SECOND = 1_000_000_000

simulator = Simulator()
simulator.add_channel("MY:CHANNEL", samples=[double_sample(n * SECOND, float(n)) for n in range(10)])
with simulator.serve() as running, ArchiveClient(base_url=running.archive_url) as archive:
    series = archive.get_samples("MY:CHANNEL", 2 * SECOND, 5 * SECOND)
print(series.values.tolist())
assert series.values.tolist() == [2.0, 3.0, 4.0, 5.0]
