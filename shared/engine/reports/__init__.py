"""Reports of a period: their tables, and what is signed and kept."""
