"""How static files are served: each under a name that changes with its content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Scripts import each other under those names, too: after a release no script meets an older other one."""

    support_js_module_import_aggregation = True
