"""What is done with files, their letters and their register."""
