"""Static files with hashes in their names, the imports between our own modules included."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticStorage(CompressedManifestStaticFilesStorage):
    """A page of one version never loads a module of another from a browser's cache.

    Only our own modules (`static/js/`) are rewritten; packages bring scripts whose imports do not resolve.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],
    )
