"""What is done in the waiting room and at the counters."""
