"""The WebSocket of the Connect page: all it says is that something has come."""

from runs.consumers import StampConsumer
from runs.frames import in_thread
from runs.queries.arrivals import stamp_of_arrivals


class ConnectConsumer(StampConsumer):
    """The Connect page of one project; the query's stamp says what the page shows."""

    about = "connect"
    read_stamp = staticmethod(in_thread(stamp_of_arrivals))
