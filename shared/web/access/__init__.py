"""Who is allowed in: officers, devices, programs."""
