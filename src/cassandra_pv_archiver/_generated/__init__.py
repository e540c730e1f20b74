# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/admin.yaml (SHA-256 756b60344af4d8693c25d1017d0b94fcdecb277cc77cc0121747775608de1403)
#   spec/archive.yaml (SHA-256 6c6100fd065026f9f9517653c00feb8c80fc9a6571cadc9ade7b40b8406037b3)
"""The specifications as JSON, and what is made of them. The way in is `cassandra_pv_archiver.models`."""
