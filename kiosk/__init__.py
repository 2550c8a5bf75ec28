"""The touch kiosk: take a ticket, see the requirements."""
