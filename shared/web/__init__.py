"""Flask and what belongs to it: the app, sign-in, devices, the live line, words, the command line."""
