"""Writes: one function per thing a person does."""
