"""The WebSocket of the inbox: all it says is that the list should be fetched again."""

from alerts.queries.inbox import stamp_of_inbox
from runs.consumers import StampConsumer
from runs.frames import in_thread


class InboxConsumer(StampConsumer):
    """The inbox of one project; the query's stamp says what the page shows."""

    about = "inbox"
    read_stamp = staticmethod(in_thread(stamp_of_inbox))
