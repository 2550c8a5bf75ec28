"""Papers, tables and pictures made on the server."""
