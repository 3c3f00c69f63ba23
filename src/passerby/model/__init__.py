"""Frozen facts: no numpy, no input or output."""
