"""Reports, evidence and the regency."""
