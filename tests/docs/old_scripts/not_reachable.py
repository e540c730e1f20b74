"""Goes on if a server cannot be reached."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

for port in [1, admin_port]:
    try:
        print(len(AdminClient(host, port).get_cluster_status()['servers']), 'servers')
    except OSError:
        print('not reachable')
