"""The tables of the survey and what is read of them."""
