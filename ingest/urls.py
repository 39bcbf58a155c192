"""Pages of the ingest app, under the tenant's own paths."""

from django.urls import path

from ingest.views import connect, uploads

app_name = "ingest"
urlpatterns = [
    path("<slug:team_slug>/<slug:project_slug>/connect/", connect.show_connect, name="connect"),
    path("<slug:team_slug>/<slug:project_slug>/connect/state/", connect.show_state, name="connect-state"),
    path("<slug:team_slug>/<slug:project_slug>/connect/key/", connect.make_key, name="connect-key"),
    path("<slug:team_slug>/<slug:project_slug>/import/", uploads.show_upload, name="upload"),
    path("<slug:team_slug>/<slug:project_slug>/import/uploads/", uploads.show_uploads, name="uploads"),
    path("<slug:team_slug>/<slug:project_slug>/problems/", uploads.show_problems, name="problems"),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/dismiss/",
        uploads.dismiss_problems,
        name="dismiss-problems",
    ),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/<int:problem_id>/data/",
        uploads.download_problem,
        name="problem-data",
    ),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/<int:problem_id>/dismiss/",
        uploads.dismiss_problem,
        name="dismiss-problem",
    ),
]
