"""The review page: a server on this machine's loopback address, for the one person who ran it."""
