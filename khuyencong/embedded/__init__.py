"""The servers behind `make run`, `make test` and `make bench`: PostgreSQL and Valkey from wheels.

Nothing here is needed in production, where both are given by DATABASE_URL and REDIS_URL;
only the start commands of web, worker and beat (`commands.py`) are shared with deploy/.
"""
