"""Pages of the ingest app, under the tenant's own paths."""

from django.urls import path

from ingest import views

app_name = "ingest"
urlpatterns = [
    path("<slug:team_slug>/<slug:project_slug>/import/", views.show_upload, name="upload"),
    path("<slug:team_slug>/<slug:project_slug>/import/uploads/", views.show_uploads, name="uploads"),
    path("<slug:team_slug>/<slug:project_slug>/problems/", views.show_problems, name="problems"),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/dismiss/",
        views.dismiss_problems,
        name="dismiss-problems",
    ),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/<int:problem_id>/data/",
        views.download_problem,
        name="problem-data",
    ),
    path(
        "<slug:team_slug>/<slug:project_slug>/problems/<int:problem_id>/dismiss/",
        views.dismiss_problem,
        name="dismiss-problem",
    ),
]
