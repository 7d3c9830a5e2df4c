"""The first page a person sees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import FUNDERS, GRANTEES, Anyone, may, only


@only(Anyone)
def home(request: HttpRequest) -> HttpResponse:
    """Each kind of person's own first page; strangers are welcomed."""
    return render(request, "funders_portal/home_stranger.html")


@only(Anyone)
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "funders_portal/help.html")
