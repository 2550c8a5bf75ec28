"""What people do: one function per click, run inside `store.change`; the only writer of tickets and cases."""
