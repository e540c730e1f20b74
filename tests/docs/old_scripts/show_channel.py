"""Shows everything about one channel."""

import pprint
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
channel = client.get_channel('RING:LIFETIME')
for key in channel:
    if key != 'channelDataId':
        print(key, '=', channel[key])
if channel['enabled'] is True and channel['state'] == 'ok':
    print('The channel is archived.')
if 'options' in channel and not channel['options']:
    print('It has no options.')
for level, period in sorted(channel['decimationLevelToRetentionPeriod'].items(), key=lambda item: int(item[0])):
    print('Level %s s is kept %s.' % (level, 'for ever' if period == '0' else period + ' s'))
assert channel['decimationLevelToRetentionPeriod']['900'] == '0'
assert isinstance(channel['totalSamplesWritten'], str) and int(channel['totalSamplesWritten']) > 0
assert 'nothing' not in channel and channel.get('nothing') is None and channel.get('nothing', 7) == 7
assert sorted(channel.keys()) == sorted(name for name, _ in channel.items()) and len(channel) == len(channel.values())
merged = {**channel, 'comment': 'checked'}
assert merged['channelName'] == 'RING:LIFETIME' and pprint.pformat(dict(channel))
