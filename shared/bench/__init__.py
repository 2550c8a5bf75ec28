"""What Loket manages on this machine, measured over HTTP on a real server of its own."""
