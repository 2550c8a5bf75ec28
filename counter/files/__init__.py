"""Files as officers see and move them."""
