"""Shows how far a long read has come."""

import sys

from cassandra_pv_archiver import ArchiveClient, ReadProgress


def show(progress: ReadProgress) -> None:
    bar = ("#" * round(20 * progress.share)).ljust(20)
    text = f"\r{progress.channel_name} [{bar}] {progress.samples:,} samples"
    print(text, end="\n" if progress.finished else "", flush=True)


with ArchiveClient(base_url=sys.argv[2]) as archive:
    archive.get_samples("RING:CURRENT", "-6h", progress=show)
    archive.get_samples_for(["RING:MODE", "RING:LIFETIME"], "-6h", progress=show)
