"""`python -m agentscope_recorder` is `agentscope-recorder`."""

import sys

from agentscope_recorder.cli import main

sys.exit(main())
