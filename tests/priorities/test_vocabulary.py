"""The funders' own list stands whole, and later versions of it take nothing away."""

import csv
from collections import Counter
from datetime import date

import pytest

from counting import places
from priorities import vocabulary
from priorities.models import RESIDUAL, Code, Dimension, Watch

pytestmark = pytest.mark.django_db
AREAS = ["accountability", "awareness", "legal_representation", "victim_services", "research"]
DAY = date(2026, 11, 21)


def codes(dimension: str, kind: str = "share") -> list[str]:
    rows = Code.objects.filter(dimension=dimension, kind=kind).exclude(code__in=RESIDUAL)
    return list(rows.values_list("code", flat=True))


def test_every_printed_row_of_the_funders_list_is_there():
    printed = Code.objects.filter(source__startswith="Funders' event notes")
    counts = {
        "policy": printed.filter(source__endswith=", policy").count(),
        "practice": printed.filter(source__endswith=", practice").count(),
        "victim services": printed.filter(source__endswith=", victim services").count(),
        "service areas": printed.filter(source__endswith=", service areas").count(),
        "wishes": len(codes("priority", "wish")),
        "initiatives": len(codes("priority", "initiative")),
    }
    assert counts == {
        "policy": 15,
        "practice": 17,
        "victim services": 15,
        "service areas": 13,
        "wishes": 7,
        "initiatives": 42,
    }
    assert sum(counts.values()) == 109
    assert codes("priority") == AREAS
    assert len(codes("priority", "overview")) == 22


def test_every_initiative_stands_under_one_area():
    parents = Counter(Code.objects.filter(kind="initiative").values_list("parent__code", flat=True))
    assert parents == {
        "accountability": 10,
        "awareness": 6,
        "legal_representation": 9,
        "victim_services": 10,
        "research": 7,
    }


def test_places_are_the_twelve_regions_with_uk_wide_and_international_that_are_never_a_gap():
    assert codes("region") == [*places.REGIONS, places.UK_WIDE, places.INTERNATIONAL]
    unwatched = Code.objects.filter(dimension="region", watchable=False).exclude(code__in=RESIDUAL)
    assert set(unwatched.values_list("code", flat=True)) == {"UK", "INT"}


def test_every_dimension_ends_with_the_three_answers_that_carry_no_share():
    for dimension in Dimension.values:
        last = Code.objects.filter(dimension=dimension, kind="share").order_by("order")
        tail = list(last.values_list("code", "label", "watchable"))[-3:]
        assert tail == [
            ("undivided", "Whole-person, not divided", False),
            ("not-applicable", "Does not apply", False),
            ("not-stated", "Not yet sorted", False),
        ]


def test_a_new_installation_watches_what_the_group_agreed():
    assert set(Watch.objects.values_list("area__code", "dimension")) == set(vocabulary.SHIPPED_WATCH)


def test_loading_again_changes_nothing():
    assert vocabulary.load(on=DAY) == 0
    assert Watch.objects.count() == len(vocabulary.SHIPPED_WATCH)


def test_a_later_version_adds_changes_and_ends_but_deletes_nothing(tmp_path):
    rows = [
        row | {"label": "Lodging"} if row["code"] == "housing" else row
        for row in csv.DictReader(vocabulary.FILE.open(encoding="utf-8"))
        if row["code"] != "recreation"
    ]
    rows.append(rows[-1] | {"dimension": "service", "code": "sport", "label": "Sport", "kind": "share"})
    later = tmp_path / "later.csv"
    with later.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    before = Code.objects.count()

    assert vocabulary.load(on=DAY, path=later, version=2) == 3

    assert Code.objects.count() == before + 1
    service = Code.objects.filter(dimension="service")
    assert service.get(code="recreation").valid_to == DAY
    assert service.get(code="housing").label == "Lodging"
    assert set(service.filter(version=2).values_list("code", flat=True)) == {"recreation", "housing", "sport"}
    assert vocabulary.load(on=DAY, path=later, version=2) == 0


def test_what_people_took_off_the_watch_list_stays_off_when_the_vocabulary_is_loaded_again():
    Watch.objects.filter(area__code="research").delete()
    vocabulary.load(on=DAY)
    assert not Watch.objects.filter(area__code="research").exists()
