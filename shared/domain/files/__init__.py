"""The file of an applicant: its steps, what they collect, its letters, and the register."""
