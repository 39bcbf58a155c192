"""Addresses of teams, members, invitations, projects' settings and keys. Actions are POST to a leaf."""

from django.urls import path

from teams.views import account, home, invitations, keys, members, projects, rejections
from teams.views import teams as team_views

app_name = "teams"

PROJECT = "teams/<slug:team_slug>/projects/<slug:project_slug>/"

urlpatterns = [
    path("", home.show_home, name="home"),
    path("teams/", home.redirect_home, name="list"),
    path("teams/new/", team_views.new_team, name="new"),
    path("teams/<slug:team_slug>/", team_views.show_team, name="team"),
    path("teams/<slug:team_slug>/rename/", team_views.rename, name="rename"),
    path("teams/<slug:team_slug>/delete/", team_views.delete, name="delete"),
    path("teams/<slug:team_slug>/invite/", invitations.send, name="invite"),
    path(
        "teams/<slug:team_slug>/invitations/<int:invitation_id>/revoke/", invitations.revoke, name="uninvite"
    ),
    path("teams/<slug:team_slug>/members/<int:membership_id>/role/", members.set_role, name="role"),
    path("teams/<slug:team_slug>/members/<int:membership_id>/remove/", members.remove, name="remove"),
    path("teams/<slug:team_slug>/rejected/", rejections.show_rejections, name="rejections"),
    path("teams/<slug:team_slug>/rejected/newest/", rejections.show_newest, name="rejections_newest"),
    path("teams/<slug:team_slug>/rejected/clear/", rejections.clear, name="rejections_clear"),
    path("teams/<slug:team_slug>/leave/", members.leave, name="leave"),
    path("teams/<slug:team_slug>/projects/new/", projects.new_project, name="project_new"),
    path(PROJECT, projects.show_project, name="project"),
    path(PROJECT + "change/", projects.change, name="project_change"),
    path(PROJECT + "delete/", projects.delete, name="project_delete"),
    path(PROJECT + "keys/", keys.show_keys, name="keys"),
    path(PROJECT + "keys/create/", keys.create, name="key_create"),
    path(PROJECT + "keys/<int:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("invitations/<str:token>/", invitations.open_link, name="invitation"),
    path("invitations/<str:token>/accept/", invitations.accept, name="accept"),
    path("account/", account.show_account, name="account"),
    path("account/change/", account.change, name="account_change"),
]
