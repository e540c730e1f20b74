"""Lists channels that are in error, with the reason."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
for server in client.get_cluster_status()['servers']:
    if not server['online']:
        continue
    by_name = dict((channel['channelName'], channel) for channel in client.list_channels_for_server(server['serverId']))
    for name in sorted(by_name):
        if by_name[name]['state'] == 'error':
            print(name, by_name[name].get('errorMessage', 'no reason'))
