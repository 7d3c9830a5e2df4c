"""Doors of this room.

Of allauth's doors only those that sign-in by code needs are listed, under the names by which allauth finds them;
sign-up, passwords, addresses and the like are left out, so they answer as any page that does not exist.
"""

from django.urls import path

from accounts.views import signin

urlpatterns = [
    path("accounts/login/", signin.ask, name="account_login"),
    # One page under both of allauth's names: signing in is asking for a code.
    path("accounts/login/", signin.ask, name="account_request_login_code"),
    path("accounts/login/code/", signin.type_code, name="account_confirm_login_code"),
    path("accounts/logout/", signin.leave, name="account_logout"),
    path("accounts/inactive/", signin.inactive, name="account_inactive"),
    path("accounts/demo/", signin.demo_enter, name="demo_enter"),
]
