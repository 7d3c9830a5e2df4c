"""What a person types is read as she means it, or refused with a sentence at its box."""

from __future__ import annotations

import pytest

from outcomes import entered
from outcomes.entered import NotAFigure
from outcomes.models import IndicatorVersion

SCALE = IndicatorVersion(kind="scale", least=1, most=5)
MONEY = IndicatorVersion(kind="money")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), ("1,250", 1250), ("1 250", 1250), ("007", 7)])
def test_counts(text: str, number: int) -> None:
    assert entered.count(text) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "below nought"),
        ("twelve", "digits"),
        ("1.5", "digits"),
        ("٣", "digits"),
        ("9" * 40, "digits"),
        ("1e3", "digits"),
    ],
)
def test_what_is_no_count(text: str, said: str) -> None:
    with pytest.raises(NotAFigure, match=said):
        entered.count(text)


@pytest.mark.parametrize(("text", "pence"), [("1,250", 125_000), ("£12.50", 1_250), ("0", 0)])
def test_money_is_pence(text: str, pence: int) -> None:
    assert entered.amount(text, MONEY) == pence


@pytest.mark.parametrize("text", ["12.345", "much", "-3", "1e400", "NaN"])
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(NotAFigure):
        entered.amount(text, MONEY)


@pytest.mark.parametrize(("text", "hundredths"), [("1", 100), ("5", 500), ("3.75", 375)])
def test_a_mean_on_a_scale_is_hundredths(text: str, hundredths: int) -> None:
    assert entered.amount(text, SCALE) == hundredths


@pytest.mark.parametrize("text", ["0.99", "5.01", "3.755", "NaN", "Infinity", "x"])
def test_what_is_off_the_scale(text: str) -> None:
    with pytest.raises(NotAFigure, match="from 1 to 5"):
        entered.amount(text, SCALE)
