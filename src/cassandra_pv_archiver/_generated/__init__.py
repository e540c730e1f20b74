# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/admin.yaml (SHA-256 d35d46d7ddb87ff14ce19c207c0b76a85c84849c0fcaff442f58e0736d4f9fa0)
#   spec/archive.yaml (SHA-256 6c6100fd065026f9f9517653c00feb8c80fc9a6571cadc9ade7b40b8406037b3)
"""The specifications as JSON, and what is made of them. The way in is `cassandra_pv_archiver.models`."""
