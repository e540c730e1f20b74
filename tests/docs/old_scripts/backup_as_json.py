"""Saves the configuration of all channels as JSON, one file per server."""

import json
import os
import sys
import tempfile

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
with tempfile.TemporaryDirectory() as directory:
    for server in client.get_cluster_status()['servers']:
        channels = [dict(channel) for channel in client.list_channels_for_server(server['serverId'])]
        path = os.path.join(directory, server['serverName'] + '.json')
        with open(path, 'w') as file:
            json.dump(channels, file, indent=2, sort_keys=True)
        with open(path) as file:
            assert json.load(file) == channels
        print('{}: {} channels'.format(server['serverName'], len(channels)))
