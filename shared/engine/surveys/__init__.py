"""What is done for the satisfaction survey."""
