"""The satisfaction survey as officers hold it."""
