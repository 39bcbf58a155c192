"""Django's ASGI handler, with one way into a thread and back for each request.

Middleware that can do both is run by Django on the event loop, and goes into a thread for each of its hooks:
over a dozen times a request, 2 ms of CPU. Our views are synchronous.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler


class Handler(ASGIHandler):
    """Runs middleware and view in the request's own thread."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Load a synchronous chain whatever is asked for, and go into it once."""
        super().load_middleware(is_async=False)
        chain: Any = self._middleware_chain
        self._middleware_chain = sync_to_async(chain, thread_sensitive=True)
