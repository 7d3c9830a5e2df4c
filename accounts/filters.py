"""What filters in addresses have in common: nothing is silently ignored, and a refusal names the choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.worded import WordedForm

SHOWN_CHOICES = 12


class StrictForm(WordedForm):
    """Refuses parameters that nobody reads; `also` are those that others read, such as the number of a page."""

    also: Sequence[str] = ()
    all_optional = True

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields and name not in self.also:
                sentence = _("“%(name)s” is no filter here. There are: %(known)s.")
                self.add_error(None, sentence % {"name": name[:80], "known": ", ".join(self.fields)})
        return self.cleaned_data


class ApiForm(StrictForm):
    """What the API itself reads is no filter."""

    also = ("cursor", "page_size", "format")


def page_of(pages: Paginator[Any], asked: Mapping[str, str]) -> Page[Any]:
    """The page that an address asks for (?page=2), the first where it asks for none; raises Http404 beyond the list."""
    try:
        return pages.page(asked.get("page") or 1)
    except InvalidPage as problem:
        raise Http404(_("There is no such page of this list.")) from problem


def one_of(choices: Iterable[object]) -> str:
    """The first dozen choices in words, for a sentence that refuses another."""
    shown = [str(each) for each in choices]
    more = _(" and others") if len(shown) > SHOWN_CHOICES else ""
    return ", ".join(shown[:SHOWN_CHOICES]) + more
