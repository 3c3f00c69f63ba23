"""Many files: which, under which names, what is done already, and the processes that work."""
