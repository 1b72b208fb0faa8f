"""The door for the web server (granian)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
application = get_wsgi_application()

if settings.SECURE_PROXY_SSL_HEADER:
    from granian.utils.proxies import wrap_wsgi_with_proxy_headers

    # Behind a proxy the visitor's address is in a header; without it a lock-out after failed
    # log-ins would hit everybody. Believed only from the machine itself or its private network.
    application = wrap_wsgi_with_proxy_headers(
        application, ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    )
