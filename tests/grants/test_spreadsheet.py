"""Grants as a table to download."""

import csv
import io
from decimal import Decimal

import pytest

from accounts.models import Organisation
from grants import spreadsheet
from grants.models import Grant, Recipient
from tests.factories import FunderFactory, GranteeFactory, GrantFactory


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(cell):
    assert spreadsheet.safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1+1", "£5", "a=b"])
def test_plain_cells_stay_as_they_are(cell):
    assert spreadsheet.safe(cell) == cell


@pytest.mark.parametrize(("cell", "written"), [(Decimal("-12.00"), "-12.00"), (-3, "-3"), (-0.5, "-0.5")])
def test_a_negative_number_stays_a_number(cell, written):
    assert spreadsheet.safe(cell) == written


@pytest.mark.django_db
def test_a_row_says_what_the_page_says():
    funder, charity = FunderFactory(name="=cmd", identifier="GB-CHC-1"), GranteeFactory(name="B", identifier="GB-CHC-2")
    grant = GrantFactory(funder=funder, recipient=charity, title="Line\none", amount_awarded=1_250, grant_id="360G-x-1")
    Recipient.objects.create(grant=grant, organisation=Organisation.objects.create(name="A"))
    text = "".join(spreadsheet.lines(spreadsheet.rows(Grant.objects.current())))
    assert text.startswith("\ufeff")
    headings, row = csv.reader(io.StringIO(text[1:]))
    told = dict(zip(headings, row, strict=True))
    assert told["Funder"] == "'=cmd"
    assert told["Title"] == "Line\none"
    assert told["Recipients"] == "A; B"
    assert told["Recipient identifiers"] == "GB-CHC-2"
    assert (told["Amount awarded"], told["Currency"]) == ("12.50", "GBP")
    assert (told["Planned start"], told["Place protected"], told["Places"]) == ("2026-01-01", "yes", "")
