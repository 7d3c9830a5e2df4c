"""UK places as the portal counts them: twelve regions, and from which region an ONS code (GSS) comes."""

from __future__ import annotations

# code: (name, ONS code); in the order of the ONS, which is the order of every table.
REGIONS = {
    "NE": ("North East", "E12000001"),
    "NW": ("North West", "E12000002"),
    "YH": ("Yorkshire and the Humber", "E12000003"),
    "EM": ("East Midlands", "E12000004"),
    "WM": ("West Midlands", "E12000005"),
    "EE": ("East of England", "E12000006"),
    "LON": ("London", "E12000007"),
    "SE": ("South East", "E12000008"),
    "SW": ("South West", "E12000009"),
    "WAL": ("Wales", "W92000004"),
    "SCO": ("Scotland", "S92000003"),
    "NI": ("Northern Ireland", "N92000002"),
}
UK_WIDE, INTERNATIONAL = "UK", "INT"
UK_WIDE_GSS = ("K02000001", "K03000001", "K04000001", "E92000001")
"""United Kingdom, Great Britain, England and Wales, England: wider than one region."""

_ENGLAND = tuple(code for code, (_, gss) in REGIONS.items() if gss.startswith("E"))
WIDER = {
    UK_WIDE: ("United Kingdom", tuple(REGIONS)),
    "GB": ("Great Britain", tuple(code for code in REGIONS if code != "NI")),
    "EW": ("England and Wales", (*_ENGLAND, "WAL")),
    "ENG": ("England", _ENGLAND),
}
"""Places of which statistics speak and money does not: code to name and the regions that make it up."""
NATIONS = ("ENG", "WAL", "SCO", "NI")

_BY_GSS = {gss: code for code, (_, gss) in REGIONS.items()}
_BY_NATION = {"W": "WAL", "S": "SCO", "N": "NI"}
# District and county codes: ranges of the ONS's own alphabetical numbering, closed districts included.
_BY_RANGE: dict[str, list[tuple[int, int, str]]] = {
    "E06": [
        (1, 5, "NE"), (6, 9, "NW"), (10, 14, "YH"), (15, 18, "EM"), (19, 21, "WM"), (22, 30, "SW"), (31, 34, "EE"),
        (35, 46, "SE"), (47, 48, "NE"), (49, 50, "NW"), (51, 51, "WM"), (52, 54, "SW"), (55, 56, "EE"), (57, 57, "NE"),
        (58, 59, "SW"), (60, 60, "SE"), (61, 62, "EM"), (63, 64, "NW"), (65, 65, "YH"), (66, 66, "SW"),
    ],
    "E07": [
        (4, 7, "SE"), (8, 12, "EE"), (26, 31, "NW"), (32, 39, "EM"), (40, 53, "SW"), (61, 65, "SE"), (66, 77, "EE"),
        (78, 83, "SW"), (84, 94, "SE"), (95, 104, "EE"), (105, 116, "SE"), (117, 128, "NW"), (129, 142, "EM"),
        (143, 149, "EE"), (150, 156, "EM"), (163, 169, "YH"), (170, 176, "EM"), (177, 181, "SE"), (187, 191, "SW"),
        (192, 199, "WM"), (200, 206, "EE"), (207, 217, "SE"), (218, 222, "WM"), (223, 229, "SE"), (234, 239, "WM"),
        (240, 245, "EE"), (246, 246, "SW"),
    ],
    "E08": [
        (1, 15, "NW"), (16, 19, "YH"), (20, 24, "NE"), (25, 31, "WM"), (32, 36, "YH"), (37, 37, "NE"), (38, 39, "YH"),
    ],
    "E10": [
        (2, 2, "SE"), (3, 3, "EE"), (6, 6, "NW"), (7, 7, "EM"), (8, 9, "SW"), (11, 11, "SE"), (12, 12, "EE"),
        (13, 13, "SW"), (14, 14, "SE"), (15, 15, "EE"), (16, 16, "SE"), (17, 17, "NW"), (18, 19, "EM"), (20, 20, "EE"),
        (21, 21, "EM"), (23, 23, "YH"), (24, 24, "EM"), (25, 25, "SE"), (27, 27, "SW"), (28, 28, "WM"), (29, 29, "EE"),
        (30, 30, "SE"), (31, 31, "WM"), (32, 32, "SE"), (34, 34, "WM"),
    ],
    "E11": [(1, 2, "NW"), (3, 3, "YH"), (4, 4, "NE"), (5, 5, "WM"), (6, 6, "YH"), (7, 7, "NE")],
}  # fmt: skip


def region_of(gss: str) -> str | None:
    """The portal's place code for an ONS code: a region, UK_WIDE for wider areas, or None where it cannot be told.

    Finer codes than districts in England (wards, LSOA, MSOA) do not show their region, so they give None.
    """
    gss = gss.strip().upper()
    if gss in _BY_GSS:
        return _BY_GSS[gss]
    if gss in UK_WIDE_GSS:
        return UK_WIDE
    if len(gss) != 9 or not gss[1:].isdigit():
        return None
    if gss[0] in _BY_NATION:
        return _BY_NATION[gss[0]]
    if gss[:3] in ("E09", "E13"):
        return "LON"
    number = int(gss[3:])
    return next((code for low, high, code in _BY_RANGE.get(gss[:3], []) if low <= number <= high), None)


def named(place: str) -> str:
    """The name of a region or of a wider place; raises KeyError where there is none such."""
    return (WIDER.get(place) or REGIONS[place])[0]


def within(place: str) -> tuple[str, ...]:
    """The regions that make up a place, a region being its own; raises KeyError where there is none such."""
    if place in WIDER:
        return WIDER[place][1]
    if place not in REGIONS:
        raise KeyError(place)
    return (place,)
