"""A simulator of both web services, for tests and for trying things out."""
