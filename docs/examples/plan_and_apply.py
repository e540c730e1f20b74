"""Plans what is to change in a cluster, applies it, and takes it back."""

import sys
import tempfile
from pathlib import Path

from cassandra_pv_archiver import AdminClient, Journal, PlanPolicy, plan, undo
from cassandra_pv_archiver.configuration import read_yaml

with AdminClient(base_url=sys.argv[1], password="admin") as admin, tempfile.TemporaryDirectory() as folder:
    owner = admin.get_channel("RING:CURRENT").server_id
    desired = read_yaml(
        f"""
        channels:
          - name: "RING:S{{sector:02d}}:VACUUM"
            for: {{sector: 1..3}}
            server: {owner}
            levels: {{raw: 90d, 60s: forever}}
          - name: RING:BEAM:LIFETIME
            renamed_from: RING:LIFETIME
            enabled: false
            levels: {{raw: 90d, 900s: forever}}
        """.encode()
    ).configuration

    current = admin.get_configuration()
    todo = plan(desired, current)
    print(todo)
    print("samples would be lost:", len(todo.losses))

    journal = Path(folder, "journal")
    report = admin.apply(todo, journal=journal)
    print(report)
    report.raise_for_failures()
    print("left to do:", plan(desired, admin.get_configuration()))

    back = undo(Journal.read(journal), admin.get_configuration(), PlanPolicy(remove_channels=True))
    print("undone:", bool(admin.apply(back)))
    print("as before:", admin.get_configuration().channels == current.channels)
