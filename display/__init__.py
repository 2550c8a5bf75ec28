"""The waiting-room television, and the ticket page on a phone."""
