"""Sound: the words of `domain.queue.speech` become WAV files, without internet; it knows no request and no row."""
