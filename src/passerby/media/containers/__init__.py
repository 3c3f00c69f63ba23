"""Walkers: what lies where in a file. They decode nothing and keep no bytes."""
