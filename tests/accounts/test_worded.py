"""A form refuses in our own words, whichever field it is that goes too far."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django import forms

from accounts.worded import WordedForm

ROOMS = ("accounts", "grants", "priorities", "outcomes", "meetings", "funders_portal")


class Asked(WordedForm):
    name = forms.CharField(max_length=3, min_length=2)
    months = forms.IntegerField(min_value=1, max_value=600)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "x" * 3000}, "Say it in at most 3 characters; these are 3000."),
        ({"name": "x"}, "Say it in at least 2 characters; these are 1."),
        ({"months": "601"}, "This is too large. Give 600 or less."),
        ({"months": "0"}, "This is too small. Give 1 or more."),
    ],
)
def test_what_goes_too_far_is_refused_in_our_words(sent, words):
    (name,) = sent
    assert Asked({"name": "ab", "months": "6", **sent}).errors == {name: [words]}


def every(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for each in form.__subclasses__():
        yield each
        yield from every(each)


def test_every_form_of_ours_has_these_words():
    import_module("funders_portal.urls")
    ours = {each for each in every(forms.BaseForm) if each.__module__.split(".")[0] in ROOMS}
    assert len(ours) > 20
    assert {each.__name__ for each in ours if not issubclass(each, WordedForm)} == set()
