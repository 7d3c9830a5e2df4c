"""How an organisation's identifier is written."""

from __future__ import annotations

import pytest

from accounts import identifiers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("GB-CHC-1234567", "GB-CHC-1234567"),
        (" gb-chc- 1234567 ", "GB-CHC-1234567"),
        ("gb-coh-sc123456", "GB-COH-SC123456"),
        ("gb-sc-sc012345", "GB-SC-SC012345"),
        ("360g-blf-Ref 12", "360G-blf-Ref12"),
        ("us-ein-12-3456789", "US-EIN-12-3456789"),
        ("1234567", "1234567"),
        ("", ""),
    ],
)
def test_spaces_and_small_letters_are_mended(typed, kept):
    assert identifiers.tidy(typed) == kept


@pytest.mark.parametrize(
    "value",
    [
        "GB-CHC-123456",
        "GB-CHC-1234567-2",
        "GB-COH-01234567",
        "GB-COH-OC123456",
        "GB-SC-SC012345",
        "GB-NIC-123456",
        "360G-blf-ORG:bébé",
        "US-EIN-12-3456789",
        "XI-BRIDGE-77",
    ],
)
def test_identifiers_in_use_are_well_written(value):
    assert identifiers.fault(value) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1234567", "does not say where it is registered. Put the register in front: GB-CHC-1234567"),
        ("GB-CHC", "does not say where it is registered"),
        ("GB-CHC-", "does not say where it is registered"),
        ("-CHC-1234567", "does not say where it is registered"),
        ("GB-CHC-12", "A charity number of England and Wales has 6 or 7 figures."),
        ("GB-COH-123456", "put noughts in front: GB-COH-00123456."),
        ("GB-COH-NA", "A company number has 8 figures or letters"),
        ("GB-SC-012345", "A Scottish charity number is SC and 6 figures"),
        ("GB-NIC-1", "A charity number of Northern Ireland has 6 figures."),
    ],
)
def test_a_fault_is_told_with_its_cure(value, words):
    assert words in identifiers.fault(value)
