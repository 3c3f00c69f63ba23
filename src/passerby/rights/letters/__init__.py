"""What a letter says: composed from the law, the company and the case."""
