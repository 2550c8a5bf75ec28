"""The tower under the three screens: domain, store, printing, voice, engine, web."""
