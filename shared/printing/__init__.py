"""Paper: lines become bytes, bytes go to a printer, and the printer is asked what became of them."""
