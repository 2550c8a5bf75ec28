"""The counter: the officers' panel."""
