"""Measures the page of a review in a real browser."""
