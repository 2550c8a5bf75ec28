"""Sound: the words of `domain.speech` become WAV files, without internet; nothing here knows a request or a row."""
