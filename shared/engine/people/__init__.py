"""Who signs in, which devices are let in, and what is kept of a person."""
