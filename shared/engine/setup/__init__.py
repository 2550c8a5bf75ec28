"""What an admin sets: one module for each page of the setup; each change is one event of the audit."""
