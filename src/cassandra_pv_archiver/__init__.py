"""Typed clients for the web services of the Cassandra PV Archiver server."""
