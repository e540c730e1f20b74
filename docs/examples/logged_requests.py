"""Shows what the logger tells about requests and repetitions."""

import logging
import sys

from cassandra_pv_archiver import ArchiveClient, ArchiverError, RetryPolicy

logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(name)s: %(message)s")
logging.getLogger("cassandra_pv_archiver").setLevel(logging.DEBUG)

with ArchiveClient(base_url=sys.argv[2]) as archive:
    archive.get_samples("RING:CURRENT", "-5min", "now")

nobody_listens = "http://127.0.0.1:1"
with ArchiveClient(base_url=nobody_listens, retry=RetryPolicy(retries=1, first_delay=0.1)) as archive:
    try:
        archive.get_samples("RING:CURRENT", "-5min", "now")
    except ArchiverError as error:
        print("gave up:", error)
