"""Prints a status report as JSON."""

import json
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
report = {'cluster': dict(client.get_cluster_status()), 'server': dict(client.get_server_status())}
for server in report['cluster']['servers']:
    del server['lastOnlineTime']
report['server']['serverLastOnlineTime'] = None
json.dump(report, sys.stdout, indent=2, sort_keys=True)
