"""Money as whole minor units (pence for pounds): reading it, cutting it, saying it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

WHOLE = 10_000
"""Basis points in a whole: a share of 10,000 is all of it."""

# Digits after the point by ISO 4217; every other currency has two.
_DIGITS = {
    code: digits
    for digits, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "US$"}
LARGEST = 9 * 10**14
"""The largest amount accepted, in minor units: with it pence * 10,000 still fits a 64-bit integer."""


class NotMoney(ValueError):
    """The text or number cannot be held as a whole number of minor units; its text says why."""


def digits(currency: str) -> int:
    """How many digits this currency has after the point (ISO 4217)."""
    return _DIGITS.get(currency, 2)


def minor(amount: Decimal | int | str, currency: str = "GBP") -> int:
    """`amount` in major units (pounds) as whole minor units (pence).

    Raises NotMoney where it is no number, is not finite, is finer than a penny, or is too large to count with.
    """
    try:
        exact_amount = Decimal(amount)
    except (InvalidOperation, ValueError) as problem:
        raise NotMoney("not-a-number") from problem
    if not exact_amount.is_finite():
        raise NotMoney("not-a-number")
    if abs(exact_amount.adjusted()) > 30:
        raise NotMoney("too-large" if exact_amount.adjusted() > 0 else "finer-than-a-penny")
    scaled = exact_amount.scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise NotMoney("finer-than-a-penny")
    if abs(scaled) > LARGEST:
        raise NotMoney("too-large")
    return int(scaled)


def major(pence: int, currency: str = "GBP") -> Decimal:
    """Minor units as a Decimal of major units, exact."""
    return Decimal(pence).scaleb(-digits(currency))


def cut(pence: int, share: int) -> int:
    """The running cut of `pence` at a running `share` (basis points, 0 to 10,000), rounded down to the penny."""
    return pence * share // WHOLE


def parts(pence: int, shares: Sequence[int]) -> list[int]:
    """`pence` parted by `shares` (basis points that come to 10,000): neighbouring cuts' differences, so they add up."""
    running, before, out = 0, 0, []
    for share in shares:
        running += share
        here = cut(pence, running)
        out.append(here - before)
        before = here
    return out


def exact(pence: int, currency: str = "GBP") -> str:
    """In full, for tables: £140,000.00 without its zeros where they are all nought, so £140,000 or £12.50."""
    sign = "-" if pence < 0 else ""
    whole, rest = divmod(abs(pence), 10 ** digits(currency))
    tail = f".{rest:0{digits(currency)}d}" if rest else ""
    symbol = _SIGNS.get(currency)
    return f"{sign}{symbol}{whole:,}{tail}" if symbol else f"{sign}{currency} {whole:,}{tail}"


def short(pence: int, currency: str = "GBP") -> str:
    """Rounded, for sentences: from a million up in three figures (£8.03m, £2.2m, £12.5m), else whole pounds."""
    sign, symbol = ("-" if pence < 0 else ""), _SIGNS.get(currency, f"{currency} ")
    unit = 10 ** digits(currency)
    pounds = (abs(pence) + unit // 2) // unit
    if pounds < 1_000_000:
        return f"{sign}{symbol}{pounds:,}"
    places = 2 if pounds < 10_000_000 else 1 if pounds < 100_000_000 else 0
    step = 10 ** (6 - places)
    whole, rest = divmod((pounds + step // 2) // step, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{symbol}{whole:,}{f'.{decimals}' if decimals else ''}m"
