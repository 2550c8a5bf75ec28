"""Printers that ask the server, and paper on a screen."""
