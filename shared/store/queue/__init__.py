"""What is read and kept of the waiting room and the day."""
