"""A configuration file that takes something away from the cluster of the demo."""

from __future__ import annotations

FIRST, SECOND = "archiver-1.example.org", "archiver-2.example.org"
FIRST_ID = "11111111-2222-3333-4444-555555555551"
ALLOWED = ("--allow-remove-channels", "--allow-remove-levels", "--allow-shorter-retention")

TAKING = f"""\
servers: {{one: {FIRST_ID}}}
owns: [{{channels: "RING:MOD*"}}]
defaults: {{server: one, levels: {{raw: 90d, 1min: 3650d, 15min: forever}}}}
channels:
  - RING:NEWEST
  - {{name: RING:CURRENT, levels: {{raw: 90d, 15min: forever}}}}
  - {{name: RING:LIFETIME, levels: {{raw: 30d, 1min: 3650d, 15min: forever}}}}
"""
"""Keeps one channel shorter, drops a level of another, adds one, and owns the names of the modes."""
