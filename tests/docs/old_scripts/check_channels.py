"""Checks for a monitoring system: prints OK, or what is wrong."""

import argparse
import sys

from cassandra_pv_archiver.admin_client import AdminClient


def problems(client):
    status = client.get_server_status()
    if status['cassandraError'] is not None:
        yield 'database: ' + status['cassandraError']
    if int(status['channelsError']) > 0:
        yield status['channelsError'] + ' channels in error'
    for server in client.get_cluster_status()['servers']:
        if not server['online']:
            yield '%(serverName)s is offline' % server
    for channel in client.list_channels_for_server(status['serverId']):
        if channel['state'] not in ('ok', 'disabled'):
            yield '{channelName} is {state}'.format(**channel)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('host')
    parser.add_argument('admin_port', type=int)
    parser.add_argument('archive_port', type=int)
    arguments = parser.parse_args()
    try:
        found = list(problems(AdminClient(arguments.host, arguments.admin_port)))
    except Exception as error:
        print('UNKNOWN', error)
        sys.exit(3)
    print('WARNING: ' + ', '.join(found) if found else 'OK')


if __name__ == '__main__':
    main()
