"""What leaves the office by itself."""
