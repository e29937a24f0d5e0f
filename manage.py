#!/usr/bin/env python3
"""Django's command line, with the servers of DATA_DIR behind it when none are named in the environment."""

import os
import sys


def main() -> None:
    """Complete the environment, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    try:
        from hospital import servers

        servers.environment(sys.argv)
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            f"{error}.\nThe packages of requirements.txt are missing from {sys.executable}. "
            "Run `make demo` once, then use .venv/bin/python manage.py ..."
        ) from error
    except servers.ServerError as error:
        raise SystemExit(f"error: {error}") from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
