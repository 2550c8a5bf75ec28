"""The facts of a period; reads only."""
