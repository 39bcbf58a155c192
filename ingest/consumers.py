"""The WebSocket of the Connect page: all it says is that something has come, or was refused."""

from ingest.connecting import stamp_of_connect
from ingest.limits import CONNECT_BEAT_SECONDS
from runs.consumers import StampConsumer
from runs.frames import in_thread


class ConnectConsumer(StampConsumer):
    """The Connect page of one project; the query's stamp says what the page shows."""

    about = "connect"
    heartbeat = CONNECT_BEAT_SECONDS  # no nudge tells of refused requests
    read_stamp = staticmethod(in_thread(stamp_of_connect))
