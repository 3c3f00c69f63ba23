"""The consent register: who may stay visible, for what, until when, and the files that rely on it."""
