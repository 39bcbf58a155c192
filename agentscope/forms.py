"""Leaves forms to the application: Twisted, below Daphne, takes them apart before anybody has asked for it.

It knows nothing of Content-Encoding and answers a compressed form, as LangSmith's SDK sends them, with a bare
400; and it holds every upload once more in memory.
"""

import sys
from typing import Any


def leave_forms_alone() -> None:
    """Tell Daphne, where it is the server, not to read forms."""
    protocol: Any = sys.modules.get("daphne.http_protocol")
    if protocol is None:
        return
    known = protocol.WebRequest

    class WebRequest(known):  # type: ignore[misc]  # its base is known only once Daphne runs
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)

    protocol.WebRequest = WebRequest
