#!/usr/bin/env python3
"""The portal's commands: `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "funders_portal.settings")
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except ImproperlyConfigured as problem:
        sys.exit(f"The portal is not set up: {str(problem).rstrip('.')}. docs/running.md lists every setting.")
    except BrokenPipeError:
        # Whoever read along has seen enough, as `head` has; Python must not write more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
