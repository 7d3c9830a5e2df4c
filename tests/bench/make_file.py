"""An invented 360Giving file of any size, the same for the same seed: python -m tests.bench.make_file FILE COUNT."""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from counting import periods, places

FUNDERS = [(f"GB-CHC-{number}", f"{name} Foundation") for number, name in enumerate(
    ["Quillmere", "Saltmarch", "Harrowgate Hill", "Ottermoor", "Brackenfield", "Larkrise", "Tidewell"], start=1_180_001
)]  # fmt: skip
TOWNS = [
    "Ashcombe",
    "Brindley",
    "Coldwater",
    "Dunmere",
    "Eastwick",
    "Fenby",
    "Garside",
    "Holt End",
    "Inglewood",
    "Kestrel Bay",
]
KINDS = [
    "Women's Centre",
    "Law Project",
    "Refuge",
    "Advice Service",
    "Support Trust",
    "Housing Link",
    "Outreach",
    "Alliance",
]
WORK = [
    "Casework and accompaniment for survivors while their claims are decided, with a caseworker three days a week.",
    "Legal advice and representation at first instance and appeal, and training for duty solicitors in the region.",
    "A helpline in six languages, open every evening, that leads callers on to safe accommodation and advice.",
    "Core costs over the period: the salary of the coordinator, rent, supervision, and interpreters where needed.",
    "A survivor-led group that meets every fortnight and advises services, police and councils on what helps.",
    "Research with twelve partner organisations on what happens to people after support ends, published openly.",
]
PROGRAMMES = [
    ("MS1", "Modern slavery: direct support"),
    ("LA2", "Access to justice"),
    ("CC3", "Core costs"),
    ("RS4", "Research"),
]
DISTRICTS = [
    "E06000023",
    "E08000003",
    "E08000025",
    "E08000035",
    "E09000033",
    "E07000178",
    "W06000015",
    "S12000049",
    "N09000003",
]


def grants(count: int, *, seed: int = 360, recipients: int | None = None) -> Any:
    """`count` grants, one after another; a recipient comes back four times on average."""
    dice = random.Random(seed)
    charities = recipients or max(count // 4, 1)
    for number in range(count):
        yield _grant(dice, number, dice.randrange(charities))


def _grant(dice: random.Random, number: int, charity: int) -> dict[str, Any]:
    funder = FUNDERS[min(int(dice.expovariate(0.5)), len(FUNDERS) - 1)]
    awarded_on = date(2012, 1, 1) + timedelta(days=dice.randrange(5_000))
    starts = awarded_on + timedelta(days=dice.randrange(15, 120))
    months = dice.choice([12, 12, 18, 24, 36, 36, 60])
    name = f"{TOWNS[charity % 10]} {KINDS[charity // 10 % 8]} {charity}"
    district = dice.choice(DISTRICTS)
    code, programme = dice.choice(PROGRAMMES)
    return {
        "id": f"360G-{funder[1].split()[0].lower()}-{number:07}",
        "title": f"{programme} at {name}",
        "description": " ".join(dice.sample(WORK, dice.choice([1, 2, 2]))),
        "currency": "GBP",
        "amountAwarded": dice.choice([dice.randrange(2, 500) * 500, dice.randrange(100_000, 20_000_000) / 100]),
        "awardDate": awarded_on.isoformat(),
        "plannedDates": [
            {
                "startDate": starts.isoformat(),
                "endDate": periods.end_after(starts, months).isoformat(),
                "duration": months,
            }
        ],
        "fundingOrganization": [{"id": funder[0], "name": funder[1]}],
        "recipientOrganization": [
            {
                "id": f"GB-CHC-{2_000_000 + charity}",
                "name": name,
                "charityNumber": str(2_000_000 + charity),
                "addressLocality": TOWNS[charity % 10],
                "addressCountry": "United Kingdom",
            }
        ],
        "beneficiaryLocation": [
            {"name": places.region_of(district), "geoCode": district, "geoCodeType": "LAD", "countryCode": "GB"}
        ],
        "grantProgramme": [{"code": code, "title": programme}],
        "dataSource": "https://example.org/grants-data/",
        "dateModified": f"{awarded_on.isoformat()}T00:00:00Z",
    }


def write(path: Path, *, count: int, seed: int = 360) -> Path:
    """A JSON package of `count` grants at `path`, written one grant at a time."""
    with path.open("wb") as file:
        file.write(b'{"version":"1.4","license":"https://creativecommons.org/licenses/by/4.0/","grants":[\n')
        for number, grant in enumerate(grants(count, seed=seed)):
            file.write((b",\n" if number else b"") + orjson.dumps(grant))
        file.write(b"\n]}\n")
    return path


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), count=int(sys.argv[2])))
