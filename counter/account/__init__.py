"""What an officer has of their own: sign-in, second factor, sessions, help, long work."""
