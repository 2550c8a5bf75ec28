"""How many connections the server can hold: each is an open file, and the system says how many there may be."""

from __future__ import annotations

PLACES = 5000
"""Connections at once."""
OWN_FILES = 300
"""Files and connections that the server itself keeps open: database, printers, logs."""


def free_places() -> int:
    """Asks for as many open files as the process may have; what they leave for connections."""
    try:
        import resource
    except ImportError:
        return PLACES - OWN_FILES  # Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = PLACES + OWN_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return min(PLACES, most - OWN_FILES)
