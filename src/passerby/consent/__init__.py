"""The consent register: who may stay visible, for what, until when, and which files rely on it.

`register.Register` is the page to read first; docs/consent.md says what is kept where. Nothing is
imported here: a run whose decisions name no consent loads no cryptography.
"""
