"""When an answer is due, and why."""
