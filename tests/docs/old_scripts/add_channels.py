"""Adds channels and says which ones failed."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password="admin")
server_id = client.get_cluster_status()["servers"][0]["serverId"]
commands = ArchiveConfigurationCommands()
for name in ("NEW:A", "NEW:B", "RING:CURRENT"):
    commands.add_channel(name, "channel_access", server_id, [30, 300], {0: 864000, 30: 31536000})
results = client.run_archive_configuration_commands(commands)
assert len(results) == 3
for result in results:
    if not result["success"]:
        print(result["command"]["channelName"], result.get("errorMessage", "unknown problem"))
if not all(result["success"] for result in results):
    print("There were failures.")
