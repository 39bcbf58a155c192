"""Leaves forms to the application: Twisted, below Daphne, takes them apart before anybody has asked for it.

It knows nothing of Content-Encoding and answers a compressed form, as LangSmith's SDK sends them, with a bare
400; and it holds every upload once more in memory.
"""

import sys
from typing import Any

#: Bytes of a body in one message. By Daphne's 8 KiB a batch of spans came in 270.
BODY_PART = 2**20


def leave_forms_alone() -> None:
    """Tell Daphne, where it is the server, not to read forms, and to hand bodies over in large parts."""
    protocol: Any = sys.modules.get("daphne.http_protocol")
    if protocol is None:
        return
    known = protocol.WebRequest

    class WebRequest(known):  # type: ignore[misc]  # its base is known only once Daphne runs
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
            self.server.request_buffer_size = BODY_PART

    protocol.WebRequest = WebRequest
