"""The running server: its door, its folder, its clock, its log."""
