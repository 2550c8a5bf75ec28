"""The counter and the room: who is called, who sits where, the day and its supervisor."""
