"""Cases: what was asked of whom, what came back, and what comes next."""
