"""My account: the name here; address, password and two-factor login are allauth's pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from teams import actions
from teams.forms import AccountForm
from teams.views.pages import UNPROCESSABLE


@login_required
@require_GET
def show_account(request: HttpRequest) -> HttpResponse:
    """Show the account with the ways to change it."""
    return render(request, "teams/account.html", {"form": AccountForm(instance=request.user)})


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Save the name."""
    form = AccountForm(request.POST)
    if not form.is_valid():
        return render(request, "teams/account.html", {"form": form}, status=UNPROCESSABLE)
    actions.rename_user(request.user, form.cleaned_data["name"])
    messages.success(request, "Your name is saved.")
    return redirect("teams:account")
