"""PostgreSQL and Valkey of our own under DATA_DIR, for whoever names no servers in the environment.

``environment()`` is called before Django reads its settings; nothing here imports Django.
"""

from hospital.servers.entry import ensure, environment
from hospital.servers.errors import ServerError

__all__ = ["ServerError", "ensure", "environment"]
