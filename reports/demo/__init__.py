"""The demo: the network of 2022 from the interview, and a network of today. Never in production."""
