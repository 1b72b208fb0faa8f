"""Admins of core and the services, which lie below the admin site and so may not know it."""
