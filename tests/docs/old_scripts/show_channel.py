"""Shows everything about one channel."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
channel = client.get_channel("RING:CURRENT")
for key in channel:
    print(key, "=", channel[key])
assert channel["enabled"] is True
assert channel["decimationLevelToRetentionPeriod"]["900"] == "0"
assert "state" in channel and len(channel) == 14
assert sorted(channel.keys()) == sorted(name for name, _ in channel.items())
