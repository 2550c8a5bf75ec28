"""Who waits, whom a counter calls, how long it takes, and what is shown and said of it."""
