"""Encrypted, append-only records: what requests and consents stand on."""
