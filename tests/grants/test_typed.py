"""What people type is read kindly, and nothing is guessed."""

from datetime import date

import pytest

from counting.money import NotMoney
from counting.periods import NotADate
from grants import typed


@pytest.mark.parametrize(
    ("text", "pence"),
    [("£120,000", 12_000_000), ("120000.50", 12_000_050), ("1,250", 125_000), (" £ 12 000 ", 1_200_000), ("0", 0)],
)
def test_amounts_are_read_to_the_penny(text, pence):
    assert typed.amount(text) == pence


def test_amounts_follow_their_currency():
    assert typed.amount("€1,000.10", "EUR") == 100_010
    assert typed.amount("JPY 5000", "JPY") == 5_000


@pytest.mark.parametrize("text", ["", "a lot", "12,00", "1.2.3", "-5", "1e9", "NaN", "0.001", "12,3456", "١٢"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotMoney):
        typed.amount(text)


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "year"),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), "month"),
        ("2025-03-31", date(2025, 3, 31), date(2025, 3, 31), "day"),
        ("31/3/2025", date(2025, 3, 31), date(2025, 3, 31), "day"),
        ("3/2025", date(2025, 3, 1), date(2025, 3, 31), "month"),
        ("March 2025", date(2025, 3, 1), date(2025, 3, 31), "month"),
        ("31 March 2025", date(2025, 3, 31), date(2025, 3, 31), "day"),
        ("1st Sept 2025", date(2025, 9, 1), date(2025, 9, 1), "day"),
        (" 31.3.2025 ", date(2025, 3, 31), date(2025, 3, 31), "day"),
    ],
)
def test_dates_are_read_as_finely_as_they_are_known(text, first, last, precision):
    known = typed.day(text)
    assert (known.first, known.last, known.precision) == (first, last, precision)


@pytest.mark.parametrize(
    "text", ["", "soon", "31/2/2025", "2025-13", "3/31/2025", "Marchy 2025", "0/2025", "32 May 2025"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(NotADate):
        typed.day(text)
