"""URLs of the sockets."""

from django.urls import path

from runs.consumers import CardsConsumer, ProjectConsumer, RunConsumer

websocket_urlpatterns = [
    path("ws/runs/<uuid:run_id>/", RunConsumer.as_asgi()),
    path("ws/projects/<slug:team>/<slug:project>/", ProjectConsumer.as_asgi()),
    path("ws/findings/<slug:team>/<slug:project>/", CardsConsumer.as_asgi()),
]
