"""What is remembered: tables, the one writer, the reads. Knows no request, no page and no clock."""
