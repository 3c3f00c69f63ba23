"""The review page: a local server for the browser of the person at this machine."""
