"""A cluster whose time stands still until it is told to go on, behind clients that need no sockets."""

import httpx
import numpy as np

from cassandra_pv_archiver import AdminClient, ArchiveClient, RequestTimeoutError
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport, faults

SECOND = 1_000_000_000
BEGIN = 1_800_000_000 * SECOND  # 2027-01-15T08:00:00Z

simulator = Simulator(start_time=BEGIN, real_time=False)
simulator.add_channel("RAMP", decimation_levels=[10])
simulator.add_samples("RAMP", times=BEGIN + np.arange(-60, 0) * SECOND, values=np.arange(60.0))
simulator.add_samples("RAMP", signal=lambda seconds: seconds - BEGIN / SECOND + 60, period=1.0)

with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as http_client:
    archive = ArchiveClient("simulator", http_client=http_client, timeout=20, retry=0)
    print(archive.get_samples("RAMP", BEGIN - 3 * SECOND, BEGIN + 60 * SECOND).values)
    simulator.advance(2)  # a signal goes on
    print(archive.get_samples("RAMP", BEGIN - 3 * SECOND, BEGIN + 60 * SECOND).values)
    print(archive.get_samples("RAMP", BEGIN - 60 * SECOND, BEGIN, count=6).values)  # decimated

    slow = simulator.faults.add(faults.Delay(before=3600))
    try:
        archive.get_samples("RAMP", 0, BEGIN)
    except RequestTimeoutError as error:
        print("after", (simulator.now_ns - BEGIN) / SECOND - 2, "s:", type(error).__name__)  # and nobody waited
    simulator.faults.remove(slow)

with httpx.Client(transport=SimulatorTransport(simulator, "admin")) as http_client:
    admin = AdminClient("simulator", http_client=http_client)
    print([server.online for server in admin.get_cluster_status().servers])
    simulator.stop_server(1)
    simulator.advance(20)  # the others notice after 10 to 15 s
    print([server.online for server in admin.get_cluster_status().servers])
