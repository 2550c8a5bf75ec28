"""What is read and kept of files, their letters and the register."""
