"""The fields of the 360Giving standard, as JSON paths and as spreadsheet titles, and its closed lists."""

from __future__ import annotations

import re

LONGEST_IDENTIFIER = 255
LONGEST_NAME = 255
LONGEST_TITLE = 500

# ISO 4217 as the standard lists it, active codes and those that old grants still carry.
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BYR BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GGP GHS GIP
    GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
    LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC
    SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VEF VES VND VUV WST XAF XCD XDR XOF
    XPF XSU XUA YER ZAR ZMK ZMW ZWD ZWL
    """.split()  # noqa: SIM905
)
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905
)
REGRANT_TYPES = frozenset(f"FRG0{number}0" for number in range(1, 8))

# JSON name: spreadsheet title.
PLAIN = {
    "id": "Identifier",
    "title": "Title",
    "description": "Description",
    "currency": "Currency",
    "amountAppliedFor": "Amount Applied For",
    "amountAwarded": "Amount Awarded",
    "amountDisbursed": "Amount Disbursed",
    "awardDate": "Award Date",
    "url": "URL",
    "fromOpenCall": "From An Open Call?",
    "regrantType": "Regrant Type",
    "locationScope": "Location Scope",
    "relatedActivity": "Related Activity",
    "dateModified": "Last Modified",
    "dataSource": "Data Source",
}
_PERIOD = {"startDate": "Start Date", "endDate": "End Date", "duration": "Duration (months)"}
_PLACE = {
    "name": "Name",
    "countryCode": "Country Code",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "geoCode": "Geographic Code",
    "geoCodeType": "Geographic Code Type",
}
_ORGANISATION = {
    "id": "Identifier",
    "name": "Name",
    "department": "Department",
    "charityNumber": "Charity Number",
    "companyNumber": "Company Number",
    "streetAddress": "Street Address",
    "addressLocality": "City",
    "addressRegion": "County",
    "addressCountry": "Country",
    "postalCode": "Postal Code",
    "telephone": "Phone Number",
    "alternateName": "Alternate Name",
    "email": "Email",
    "description": "Description",
    "organisationType": "Organisation Type",
    "url": "Web Address",
    "dateModified": "Last Modified",
}
_CLASSIFICATION = {
    "vocabulary": "Vocabulary",
    "code": "Code",
    "title": "Title",
    "description": "Description",
    "url": "URL",
    "dateModified": "Last Modified",
}
LISTS = {
    "plannedDates": ("Planned Dates", _PERIOD),
    "actualDates": ("Actual Dates", _PERIOD),
    "recipientOrganization": ("Recipient Org", _ORGANISATION),
    "fundingOrganization": ("Funding Org", _ORGANISATION),
    "beneficiaryLocation": ("Beneficiary Location", _PLACE),
    "grantProgramme": ("Grant Programme", {**_CLASSIFICATION, "url": "URL"}),
    "classifications": ("Classifications", _CLASSIFICATION),
    "fundingType": ("Funding Type", _CLASSIFICATION),
    "relatedDocument": (
        "Related Document",
        {"id": "Identifier", "title": "Title", "url": "Web Address", "description": "Description"},
    ),
}
"""Arrays of objects: JSON name to the title and to the titles of what stands in each object."""
NESTED_PLACE = ("recipientOrganization", "fundingOrganization")
"""Arrays whose objects hold an array of places of their own, titled Location."""
OBJECTS = {
    "recipientIndividual": ("Recipient Ind", {"id": "Identifier", "name": "Name"}),
    "toIndividualsDetails": (
        "To Individuals Details",
        {
            "primaryGrantReason": "Primary Grant Reason",
            "secondaryGrantReason": "Secondary Grant Reason",
            "grantPurpose": "Grant Purpose",
        },
    ),
}
NUMBERS = frozenset({"amountAppliedFor", "amountAwarded", "amountDisbursed", "duration"})
TEXT_LISTS = frozenset({"relatedActivity", "grantPurpose"})
"""Arrays of texts; in a sheet they are parted by semicolons."""
KNOWN = frozenset(PLAIN) | frozenset(LISTS) | frozenset(OBJECTS)
"""Every top-level field that the standard names, but for those of its extension and its transactions."""

Path = tuple[str | int, ...]


def _plain_title(title: str) -> str:
    """A title without what people vary: capitals, and blanks about its colons."""
    return re.sub(r"\s*:\s*", ":", " ".join(title.split())).casefold()


def _titles() -> dict[str, Path]:
    found: dict[str, Path] = {title: (name,) for name, title in PLAIN.items()}
    for name, (title, fields) in LISTS.items():
        found |= {f"{title}:{each}": (name, 0, field) for field, each in fields.items()}
        if name in NESTED_PLACE:
            found |= {f"{title}:Location:{each}": (name, 0, "location", 0, field) for field, each in _PLACE.items()}
    for name, (title, fields) in OBJECTS.items():
        found |= {f"{title}:{each}": (name, field) for field, each in fields.items()}
    return {_plain_title(title): path for title, path in found.items()}


_BY_TITLE = _titles()
_POINTER = re.compile(r"[A-Za-z]+(/(\d+|[A-Za-z]+))*")


def path_of(title: str) -> Path | None:
    """Where a column belongs: "Beneficiary Location:1:Name" gives ("beneficiaryLocation", 1, "name"), else None.

    Takes titles of the standard whatever their capitals, with or without numbers, and JSON pointers such as
    "plannedDates/0/startDate".
    """
    plain = _plain_title(title)
    words = plain.split(":")
    path = _BY_TITLE.get(":".join(word for word in words if not word.isdecimal()))
    if path is not None:
        return _numbered(path, [int(word) for word in words if word.isdecimal() and len(word) < 5])
    return _pointed(title.strip())


def _numbered(path: Path, numbers: list[int]) -> Path:
    """`path` with its noughts replaced, from the left, by the numbers of the title."""
    rest = iter(numbers)
    return tuple(next(rest, 0) if isinstance(step, int) else step for step in path)


def _pointed(title: str) -> Path | None:
    if not _POINTER.fullmatch(title):
        return None
    path = tuple(int(step) if step.isdecimal() else step for step in title.split("/"))
    name = path[0]
    if name in LISTS or name in OBJECTS:
        return path if len(path) > 1 else None
    return path if name in PLAIN and len(path) == 1 else None
