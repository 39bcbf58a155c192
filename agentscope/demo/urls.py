"""URLs of the demo."""

from django.urls import path

from agentscope.demo import views

app_name = "demo"

urlpatterns = [path("<slug:team>/<slug:project>/demo/play/", views.play_run, name="play")]
