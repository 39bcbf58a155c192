"""URLs of the sockets."""

from django.urls import path

from ingest.consumers import ConnectConsumer

websocket_urlpatterns = [path("ws/connect/<slug:team>/<slug:project>/", ConnectConsumer.as_asgi())]
