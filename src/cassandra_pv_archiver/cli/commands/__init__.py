"""The commands of ``cpva``, one module each."""
