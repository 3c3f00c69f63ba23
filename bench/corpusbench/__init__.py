"""Any folder of files through inspect, redact and verify, and what came of it."""
