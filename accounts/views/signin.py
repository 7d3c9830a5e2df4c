"""Doors to come in by: ask for a code, type it, leave; and the demo's door.

These are allauth's views for sign-in by code, each with what the portal adds. Its other doors (sign-up, passwords,
addresses, asking again who somebody is) are not in urls.py, so they do not exist here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.views import AccountInactiveView, ConfirmLoginCodeView, LogoutView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from accounts import forms, signin
from accounts.access import Anyone, only

if TYPE_CHECKING:
    # Imported before allauth's views it closes a circle inside allauth.
    from allauth.account.stages import LoginStage

MINUTES = signin.CODE_LIVES // timedelta(minutes=1)
WANTED = "signin_wanted"
"""Session key of the page that a person wanted; kept while the code is on its way, whatever tab is used then."""


class KeepsWanted:
    """Remembers the page that was wanted, if it is one of ours, from the first page to the last."""

    request: HttpRequest

    @cached_property
    def wanted(self) -> str:
        """Its address, or "" where none was named or it is not one of the portal's."""
        asked = self.request.POST.get("next") or self.request.GET.get("next")
        url = asked or self.request.session.get(WANTED, "")
        return url if url and get_adapter().is_safe_url(url) else ""

    def keep_wanted(self) -> None:
        self.request.session[WANTED] = self.wanted

    def get_next_url(self) -> str | None:
        """Read by allauth: where to go in the end."""
        return self.wanted or None

    def with_wanted(self, name: str) -> str:
        """The address of a sign-in page that carries the wanted page along."""
        return reverse(name) + (f"?{urlencode({'next': self.wanted})}" if self.wanted else "")


def refused(view: FormView[Any], form: Form) -> HttpResponse:
    """The page again, saying what is to be mended."""
    return view.render_to_response(view.get_context_data(form=form), status=422)


class Ask(KeepsWanted, RequestLoginCodeView):  # type: ignore[misc]
    """The sign-in page: an address, to which a code is sent; the same answer whether the address is known or not."""

    form_class = forms.AskForm
    template_name = "account/request_login_code.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponseRedirect | None:
        """Back to the code page while a code is on its way, unless another is asked for."""
        if request.method == "POST" or "another" in request.GET:
            return None
        self.keep_wanted()
        return redirect(self.with_wanted("account_confirm_login_code"))

    def form_valid(self, form: forms.AskForm) -> HttpResponse:
        self.keep_wanted()
        if not form.known:
            signin.tell_unknown(request=self.request, address=form.cleaned_data["email"])
        response: HttpResponse = super().form_valid(form)
        # A phone may end the browser while its owner reads mail; the wait for the code outlives that.
        self.request.session.set_expiry(signin.CODE_LIVES)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        return refused(self, form)

    def get_success_url(self) -> str | None:
        return None if self.request.user.is_authenticated else self.with_wanted("account_confirm_login_code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"wanted": self.wanted, "minutes": MINUTES}


class Code(KeepsWanted, ConfirmLoginCodeView):  # type: ignore[misc]
    """The code page; opened again in any tab it still asks, as long as the code is good."""

    form_class = forms.CodeForm
    template_name = "account/confirm_login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and not signin.code_pending(request):
            messages.info(request, _("No code is awaited on this device, or it has run out. Ask for one here."))
            return redirect(self.with_wanted("account_login"))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form_kwargs(self) -> dict[str, Any]:
        given: dict[str, Any] = super().get_form_kwargs()
        return given | {"person": self._process.user, "at": timezone.now()}

    def form_valid(self, form: forms.CodeForm) -> HttpResponse:
        if form.by_command and not signin.take_code(person=self._process.user):
            form.add_error("code", _("This code has been used already. Ask for another."))
            return self.form_invalid(form)
        response: HttpResponse = self._process.finish(self.get_next_url())
        self.request.session.pop(WANTED, None)
        self.request.session.set_expiry(signin.DEVICE_STAYS if form.cleaned_data["remember"] else 0)
        return response

    def form_invalid(self, form: forms.CodeForm) -> HttpResponse:
        """A wrong code is a try; an empty box is not."""
        if not form.data.get("code", "").strip() or self._process.record_invalid_attempt():
            return refused(self, form)
        messages.error(self.request, _("That was the last try with this code. Ask for another here."))
        return redirect(self.with_wanted("account_login"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        tries = settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS - self._process.state["failed_attempts"]
        where = {"no_mail": settings.DEMO_DOOR, "letters_in": getattr(settings, "EMAIL_FILE_PATH", None)}
        return context | where | {"wanted": self.wanted, "tries": tries, "minutes": MINUTES}


ask = only(Anyone)(Ask.as_view())
type_code = only(Anyone)(Code.as_view())
leave = only(Anyone)(LogoutView.as_view(template_name="account/logout.html"))
inactive = only(Anyone)(AccountInactiveView.as_view(template_name="account/account_inactive.html"))


@only(Anyone)
@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Come in as one of the demo's people; there is no such page where the door is shut."""
    try:
        person = signin.enter_demo(who=request.POST.get("who", ""), at=timezone.now())
    except signin.DoorClosed as shut:
        raise Http404 from shut
    login(request, person)
    wanted = request.POST.get("next", "")
    return redirect(wanted if wanted and get_adapter().is_safe_url(wanted) else settings.LOGIN_REDIRECT_URL)
