"""The rules of the office: pure Python, standard library only; time, rows and settings come in as arguments."""
