"""The satisfaction survey: its arithmetic, its lot, how an office holds it."""
