"""A nightly job that sits out the restart of a database, and keeps what it got if that takes too long."""

import sys

from cassandra_pv_archiver import AdminClient, ArchiveClient, IncompleteReplyError, RetryPolicy, Timeouts

with ArchiveClient(base_url=sys.argv[2], retry=RetryPolicy(patience=600)) as patient:
    try:
        series = patient.get_samples("RING:CURRENT", "-6h", "now")
    except IncompleteReplyError as error:
        series = error.received  # without a hole, up to error.reached
        print(f"only {len(series):,} samples: {error}")
    print(len(series) > 1000)

    quick = patient.with_options(retry=0, deadline=2)
    print(quick.find_channels_by_pattern("*:LIFETIME"))

with AdminClient(base_url=sys.argv[1], timeout=Timeouts(connect=1, read=10)) as admin:
    print(len(admin.list_all_channels()) > 0)
