"""The service standard: what it says, how it is checked and kept, and what of it people are told."""
