"""What stands on each slip, as lines of meaning; and the print job."""
