"""Doors of this room.

Of allauth's doors only those that sign-in by code needs are listed, under the names by which allauth finds them;
sign-up, passwords, addresses and the like are left out, so they answer as any page that does not exist.
"""

from django.urls import path

from accounts.views import charity, funder, group, inviting, letters, organisations, people, provider, signin

urlpatterns = [
    path("accounts/login/", signin.ask, name="account_login"),
    # One page under both of allauth's names: signing in is asking for a code.
    path("accounts/login/", signin.ask, name="account_request_login_code"),
    path("accounts/login/code/", signin.type_code, name="account_confirm_login_code"),
    path("accounts/logout/", signin.leave, name="account_logout"),
    path("accounts/inactive/", signin.inactive, name="account_inactive"),
    path("accounts/demo/", signin.demo_enter, name="demo_enter"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/add/", organisations.organisation_add, name="organisation_add"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("people/", people.people_list, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:pk>/", people.person_edit, name="person_edit"),
    path("people/memberships/<int:pk>/end/", people.membership_end, name="membership_end"),
    path("group/", group.group_settings, name="group_settings"),
    path("group/letters/", letters.how_letters_go, name="how_letters_go"),
    path("group/journal/", group.journal, name="journal"),
    path("invitations/", inviting.own_invitations, name="invitations"),
    path("invitations/<int:pk>/accept/", inviting.invitation_accept, name="invitation_accept"),
    path("invitations/<int:pk>/withdraw/", inviting.invitation_withdraw, name="invitation_withdraw"),
    path("our-charity/", charity.our_charity, name="our_charity"),
    path("our-charity/<int:pk>/invite/", charity.colleague_invite, name="colleague_invite"),
    path("our-charity/people/<int:pk>/role/", charity.colleague_role, name="colleague_role"),
    path("our-charity/people/<int:pk>/hand-over/", charity.lead_hand_over, name="lead_hand_over"),
    path("our-charity/people/<int:pk>/remove/", charity.colleague_remove, name="colleague_remove"),
    path("our-funder/", funder.our_funder, name="our_funder"),
    path("our-funder/<int:pk>/take-over/", funder.take_over, name="take_over"),
    path("tasks/<int:pk>/done/", funder.task_done, name="task_done"),
    path("tokens/", group.own_token, name="tokens"),
    path("mail-events/", provider.mail_events, name="mail_events"),
]
