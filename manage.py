#!/usr/bin/env python
"""The command line: `python manage.py help` lists the commands."""

import os
import sys

from agentscope.embedded import EmbeddedError
from agentscope.env import SettingError


def main() -> None:
    """Run one command; a wrong setting or a service that cannot start is a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentscope.settings")
    try:
        if sys.argv[1:2] == ["serve"] and "--help" not in sys.argv:
            # The supervisor stays for as long as the product runs: without Django it is small.
            from agentscope.supervisor import serve

            sys.exit(serve())
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except (SettingError, EmbeddedError) as error:
        sys.exit(f"agentscope: {error}")


if __name__ == "__main__":
    main()
