"""Reports as JSON and as a page; decisions from a file."""
