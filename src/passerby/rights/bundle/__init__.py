"""The bundle of evidence: signed, and checked by anyone."""
