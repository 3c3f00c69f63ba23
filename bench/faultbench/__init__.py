"""Faults on purpose: runs that are killed, files that are damaged."""
