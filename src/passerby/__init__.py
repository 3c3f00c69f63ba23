"""Passerby keeps the people in pictures out of face-search engines."""
