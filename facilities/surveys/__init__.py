"""Surveys of establishments: campaigns, what was answered on the spot, and what follows from it."""
