"""Requests to face-search companies and to the agencies that use them.

What the law gives, where to write, when an answer is due, what a letter says, and what became
of it. Nothing in here reads a picture; nothing reaches the network.
"""
