"""Reads: one function per question a page or a report asks."""
