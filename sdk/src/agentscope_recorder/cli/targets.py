"""Where a command sends to."""

from __future__ import annotations

import argparse

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.config import config_path, read_config
from agentscope_recorder.posting import Target


def target_of(options: argparse.Namespace) -> Target:
    """Take address and key of the flags, the environment or the file. Raises Trouble where one is missing."""
    config = read_config(url=options.url, key=options.key)
    if not config.url:
        raise Trouble(
            f"There is no address: set AGENTSCOPE_URL, or give --url, or write url into {config_path()}."
        )
    if not config.url.startswith(("http://", "https://")):
        raise Trouble(f"The address {config.url} needs http:// or https:// in front.")
    if not config.key:
        raise Trouble(
            f"There is no key: set AGENTSCOPE_KEY, or give --key, or write key into {config_path()}."
        )
    return Target(config.url, config.key)
