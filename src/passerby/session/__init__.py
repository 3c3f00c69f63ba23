"""A review on its way: what a person decided on each picture, on disk at every click."""
