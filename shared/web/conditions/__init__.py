"""What is known to be wrong with an office or its machine."""
