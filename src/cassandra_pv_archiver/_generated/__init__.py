# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/admin.yaml (SHA-256 af65c53847d209e53925c4aebd241695ac4199daa321c694f89fd8e474ad7d80)
#   spec/archive.yaml (SHA-256 52d3efc490aee31cfd3a154e4cb813bc1ad96990d17a91566f4043d422b8308a)
"""The specifications as JSON, and what is made of them. The way in is `cassandra_pv_archiver.models`."""
