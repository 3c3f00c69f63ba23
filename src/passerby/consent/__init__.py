"""The consent register: who may stay visible, for what, until when, and which files rely on it."""
