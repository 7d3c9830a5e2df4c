"""What the checks promise of one row: each oddity of real files has an invented twin here."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants import checking, people, prepared, problems, texts
from grants.findings import Clean


def raw(**fields: Any) -> dict[str, Any]:
    """A row with nothing wrong; fields given as None are left out."""
    whole = {
        "id": "360G-quill-1",
        "title": "Advice in three towns",
        "description": "A caseworker three days a week.",
        "currency": "GBP",
        "amountAwarded": 12_500,
        "awardDate": "2025-03-31",
        "fundingOrganization": [{"id": "GB-CHC-1180001", "name": "Quillmere Foundation"}],
        "recipientOrganization": [{"id": "GB-CHC-1190001", "name": "Ashcombe Law Project"}],
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def codes(row: Any) -> list[str]:
    return [each.code for each in checking.clean(row)[1]]


def accepted(row: Any) -> Clean:
    cleaned, found = checking.clean(row)
    assert cleaned is not None, found
    return cleaned


def repaired(row: Any, code: str) -> str:
    """What the one problem with this code was mended to."""
    accepted(row)
    (problem,) = [each for each in checking.clean(row)[1] if each.code == code]
    assert code not in checking.REFUSALS | checking.NOTICES
    return problem.repair


def test_a_right_row_has_no_problem():
    assert codes(raw()) == []
    assert accepted(raw())["amount_awarded"] == 1_250_000


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"id": None}, "id-missing"),
        ({"id": " \u00a0 "}, "id-missing"),
        ({"id": "n/a"}, "id-missing"),
        ({"id": "360G-" + "x" * 251}, "id-too-long"),
        ({"id": "360G-caf\ufffd"}, "id-broken"),
        ({"title": None}, "title-missing"),
        ({"title": "  "}, "title-missing"),
        ({"currency": None}, "currency-missing"),
        ({"currency": "XYZ"}, "currency-unknown"),
        ({"amountAwarded": None}, "amount-missing"),
        ({"amountAwarded": ""}, "amount-missing"),
        ({"amountAwarded": "about 5k"}, "amount-not-a-number"),
        ({"amountAwarded": "1.250,00"}, "amount-not-a-number"),
        ({"amountAwarded": True}, "amount-not-a-number"),
        ({"amountAwarded": Decimal("NaN")}, "amount-not-a-number"),
        ({"amountAwarded": float("inf")}, "amount-not-a-number"),
        ({"amountAwarded": -100}, "amount-negative"),
        ({"amountAwarded": 10**400}, "amount-too-large"),
        ({"amountAwarded": Decimal("1E+999999")}, "amount-too-large"),
        ({"awardDate": None}, "award-date-missing"),
        ({"awardDate": "soon"}, "award-date-not-a-date"),
        ({"awardDate": 45_000}, "award-date-not-a-date"),
        ({"awardDate": "31/04/2024"}, "award-date-no-such-day"),
        ({"awardDate": "12/25/2024"}, "award-date-no-such-day"),
        ({"awardDate": "2023-02-29"}, "award-date-no-such-day"),
        ({"awardDate": "0204-03-31"}, "award-date-absurd-year"),
        ({"awardDate": "2204-03-31"}, "award-date-absurd-year"),
        ({"awardDate": "2024-03"}, "award-date-partial"),
        ({"fundingOrganization": []}, "funder-missing"),
        ({"recipientOrganization": None}, "recipient-missing"),
        ({"recipientIndividual": {"id": "x", "name": "Individual Recipient"}}, "two-kinds-of-recipient"),
    ],
)
def test_a_row_without_what_cannot_be_missing_is_refused(fields: dict[str, Any], code: str):
    row = raw(**fields)
    if None in fields.values():
        row = {name: value for name, value in row.items() if name not in fields}
    cleaned, found = checking.clean(row)
    assert cleaned is None
    assert code in [each.code for each in found]


@pytest.mark.parametrize("row", [None, 3, "text", [], [{}]])
def test_what_is_no_object_is_refused(row: Any):
    assert (checking.clean(row)[0], codes(row)) == (None, ["not-a-row"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("31/03/2025", "day-first-date"),
        ("31/3/2025", "day-first-date"),
        ("31.03.2025", "day-first-date"),
        ("31/03/2025 00:00", "day-first-date"),
        ("2025-03-31 00:00", "date-with-time"),
        ("2025-03-31T10:30:00", "date-with-time"),
        ("2025/03/31", "other-date-form"),
        ("31 March 2025", "date-in-words"),
        ("31st Mar 2025", "date-in-words"),
        (" 2025-03-31 ", "blanks-around"),
    ],
)
def test_an_award_date_written_otherwise_is_repaired_and_listed(written: str, code: str):
    assert repaired(raw(awardDate=written), code) == "2025-03-31"
    assert accepted(raw(awardDate=written))["award_date"] == "2025-03-31"


@pytest.mark.parametrize("written", ["2025-03-31T00:00:00Z", "2025-03-31T23:59:59.123+01:00"])
def test_a_date_time_with_its_zone_is_what_the_standard_allows(written: str):
    assert codes(raw(awardDate=written)) == []
    assert accepted(raw(awardDate=written))["award_date"] == "2025-03-31"


def test_partial_dates_keep_their_precision():
    cleaned = accepted(raw(plannedDates=[{"startDate": "2024", "endDate": "2025-06"}]))
    assert (cleaned["planned_start"], cleaned["planned_start_precision"]) == ("2024-01-01", "year")
    assert (cleaned["planned_end"], cleaned["planned_end_precision"]) == ("2025-06-30", "month")


def test_an_end_is_worked_out_from_the_duration_only_where_none_is_given():
    cleaned = accepted(raw(plannedDates=[{"startDate": "2024-04-01", "duration": 12}]))
    assert (cleaned["planned_end"], cleaned["planned_end_precision"]) == ("2025-03-31", "duration")
    given_too = accepted(raw(plannedDates=[{"startDate": "2024-04-01", "endDate": "2024-05-01", "duration": 12}]))
    assert (given_too["planned_end"], given_too["planned_months"]) == ("2024-05-01", 12)


def test_an_end_before_its_start_is_left_out_and_listed():
    row = raw(plannedDates=[{"startDate": "2016-01-01", "endDate": "2000-12-31"}])
    assert repaired(row, "end-before-start") == ""
    assert (accepted(row)["planned_start"], accepted(row)["planned_end"]) == ("2016-01-01", None)


@pytest.mark.parametrize(
    ("written", "code"), [("30/02/2024", "date-no-such-day"), ("x", "date-not-a-date"), ("1066", "date-absurd-year")]
)
def test_an_optional_date_that_is_none_is_left_out_and_listed(written: str, code: str):
    row = raw(actualDates=[{"startDate": written}])
    assert repaired(row, code) == ""
    assert accepted(row)["actual_start"] is None


def test_durations_are_whole_months():
    assert accepted(raw(plannedDates=[{"duration": "18"}]))["planned_months"] == 18
    assert repaired(raw(plannedDates=[{"duration": Decimal("17.6")}]), "duration-rounded") == "18"
    assert repaired(raw(plannedDates=[{"duration": "three years"}]), "duration-left-out") == ""
    assert accepted(raw(plannedDates=[{"startDate": "2024-04-01", "duration": 0}]))["planned_end"] is None


def test_a_nil_child_of_another_grant_is_a_joint_share():
    cleaned = accepted(raw(amountAwarded=0, relatedActivity=["360G-quill-0"]))
    assert (cleaned["joint_share"], cleaned["relations"]) == (True, ["360G-quill-0"])
    assert codes(raw(amountAwarded=0)) == ["nil-amount"]
    assert not accepted(raw(relatedActivity=["360G-quill-0"]))["joint_share"]


def test_a_grant_is_no_relation_of_its_own():
    assert repaired(raw(amountAwarded=0, relatedActivity=["360G-quill-1"]), "relation-left-out") == ""
    assert not accepted(raw(amountAwarded=0, relatedActivity=["360G-quill-1"]))["joint_share"]


def test_fields_that_the_standard_does_not_have_are_no_problem():
    assert (
        codes(raw(**{"Open Call?": "YES", "Grant Programme": {"Title (extended)": "A\\B"}, "additional_data": {}}))
        == []
    )


@pytest.mark.parametrize(
    ("written", "meant"), [("Y", "Yes"), ("YES", "Yes"), ("no", "No"), ("N", "No"), ("perhaps", "")]
)
def test_yes_and_no_are_read_in_all_their_forms(written: str, meant: str):
    assert repaired(raw(fromOpenCall=written), "yes-or-no") == meant
    assert codes(raw(fromOpenCall="Yes")) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A grant of Â£100,000", "A grant of £100,000"),
        ("CafÃ© and theatre", "Café and theatre"),
        ("the charityâ€™s work", "the charity’s work"),
        ("from 2024 â€“ 2025", "from 2024 – 2025"),
        ("the charity\u0092s work", "the charity’s work"),
    ],
)
def test_misread_characters_are_mended_with_what_they_were_taken_for(written: str, meant: str):
    assert repaired(raw(description=written), "misread-characters") == meant
    assert accepted(raw(description=written))["description"] == meant


@pytest.mark.parametrize("written", ["Café £100 – “smart”", "CAFÉ’s", "Ân Welsh: tŷ, ŵyn", "Łódź — Ñandú"])
def test_right_characters_stay_as_they_are(written: str):
    assert codes(raw(description=written)) == []


def test_blanks_and_breaks_are_taken_off_and_listed():
    assert repaired(raw(title="  Advice \u00a0"), "blanks-around") == "Advice"
    assert repaired(raw(title="Advice\r\n in towns"), "line-break") == "Advice in towns"
    assert accepted(raw(description="One\r\ntwo"))["description"] == "One\ntwo"
    assert codes(raw(description="One\ntwo")) == []
    assert repaired(raw(id=" 360G-quill-1 "), "blanks-around") == "360G-quill-1"


def test_halves_of_characters_and_unseen_ones_are_named():
    assert "broken-character" in codes(raw(description="a\ud800b"))
    assert accepted(raw(description="a\ud800b"))["description"] == "a\ufffdb"
    assert repaired(raw(title="Ad\x00vice"), "control-characters") == "Advice"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GB-CHC- 1153055 ", "GB-CHC-1153055"),
        ("gb-chc-1153055", "GB-CHC-1153055"),
        ("GB-COH-6714178", "GB-COH-06714178"),
    ],
)
def test_organisation_identifiers_are_mended(written: str, meant: str):
    cleaned = accepted(raw(recipientOrganization=[{"id": written, "name": "Ashcombe"}]))
    assert cleaned["recipients"] == [[meant, "Ashcombe"]]


@pytest.mark.parametrize(
    "written", ["GB-COH-n/a", "GB-COH-NA", "GB-CHC-", "GB-CHC-0000000", "none", "12345", "GB-CHC-tbc"]
)
def test_an_identifier_that_tells_nobody_apart_is_left_out_and_listed(written: str):
    row = raw(recipientOrganization=[{"id": written, "name": "Ashcombe"}])
    assert accepted(row)["recipients"] == [["", "Ashcombe"]]
    assert "org-id-unusable" in codes(row)


@pytest.mark.parametrize(
    "written",
    ["GB-COH-IP28755R", "XI-GRID-grid.1234.5", "360G-ptx:ORG-bébé's-café,x", "360G-quill-" + "a" * 64, "GB-NIC-100001"],
)
def test_odd_but_right_identifiers_are_kept(written: str):
    row = raw(recipientOrganization=[{"id": written, "name": "Ashcombe"}])
    assert accepted(row)["recipients"] == [[written, "Ashcombe"]]
    assert codes(row) == []


@pytest.mark.parametrize("written", ["GB-COH-the-windmill", "GB-CHC-715"])
def test_numbers_that_no_register_gives_are_kept_and_listed(written: str):
    assert codes(raw(recipientOrganization=[{"id": written, "name": "A"}])) == ["org-id-odd"]


def test_the_first_funder_counts_and_the_others_are_listed():
    funders = [{"id": "GB-CHC-1180001", "name": "Quillmere"}, {"id": "GB-CHC-1180002", "name": "Saltmarch"}]
    assert accepted(raw(fundingOrganization=funders))["funder"] == ["GB-CHC-1180001", "Quillmere"]
    assert codes(raw(fundingOrganization=funders)) == ["several-funders"]


def test_amounts_as_people_write_them_are_read():
    assert accepted(raw(amountAwarded="£1,250.50 "))["amount_awarded"] == 125_050
    assert repaired(raw(amountAwarded="1,250 GBP"), "number-as-text") == "1250"
    assert repaired(raw(amountAwarded=Decimal("333.3333")), "amount-rounded") == "333.33"
    assert accepted(raw(amountAwarded=702428.4))["amount_awarded"] == 70_242_840
    assert accepted(raw(currency="JPY", amountAwarded=500))["amount_awarded"] == 500
    assert repaired(raw(currency="gbp"), "currency-written-otherwise") == "GBP"
    assert repaired(raw(currency="£"), "currency-written-otherwise") == "GBP"


def test_other_amounts_are_left_out_rather_than_guessed():
    assert accepted(raw(amountAppliedFor=0))["amount_applied_for"] is None
    assert codes(raw(amountAppliedFor=0)) == ["applied-for-nought"]
    assert accepted(raw(amountDisbursed="lots"))["amount_disbursed"] is None
    assert codes(raw(amountDisbursed=99_999)) == ["disbursed-more-than-awarded"]
    assert codes(raw(amountAppliedFor=100)) == ["applied-for-less"]


def test_an_unknown_kind_of_regrant_is_dropped_and_listed():
    assert repaired(raw(regrantType="FRG099"), "regrant-type-unknown") == ""
    assert repaired(raw(regrantType="frg030"), "regrant-type-written-otherwise") == "FRG030"
    assert accepted(raw(regrantType="FRG040"))["regrant_type"] == "FRG040"


def test_places_come_from_where_the_work_is_and_never_from_the_recipients_address():
    row = raw(
        recipientOrganization=[
            {"id": "GB-CHC-1190001", "name": "A", "postalCode": "LS1 4AP", "streetAddress": "1 X Road"}
        ],
        beneficiaryLocation=[{"name": "Leeds", "geoCode": "E08000035", "countryCode": "GB"}],
    )
    cleaned = accepted(row)
    assert [each["region"] for each in cleaned["locations"]] == ["YH"]
    assert "LS1" not in str(cleaned)
    assert "Road" not in str(cleaned)
    assert accepted(raw(beneficiaryLocation=[{"countryCode": "KE"}]))["locations"][0]["region"] == "INT"
    assert accepted(raw(beneficiaryLocation=[{"countryCode": "UK"}]))["locations"][0]["country_code"] == "GB"


def test_a_postcode_is_never_a_place():
    row = raw(beneficiaryLocation=[{"name": "12 Nowhere Street, ZZ9 9ZZ", "geoCode": "ZZ9 9ZZ"}])
    assert "ZZ9" not in str(accepted(row))
    assert {"place-code-is-postcode", "contact-left-out"} <= set(codes(row))


@pytest.mark.parametrize(
    "contact",
    [
        "jo@example.org",
        "01632 960123",
        "+44 (0)1632 960 123",
        "ZZ9 9ZZ",
        "Flat 2, 14 Made Up Street",
        "9 Long Imagined Lane",
    ],
)
def test_contacts_leave_texts_that_many_will_read(contact: str):
    row = raw(description=f"A safe house; reach us at {contact} any day.")
    assert contact not in str(accepted(row))
    assert contact not in str(checking.clean(row)[1])
    assert "contact-left-out" in codes(row)


@pytest.mark.parametrize(
    "text", ["£100,000 over 3 years", "Company 06714178", "24 Women of Steel", "In 2024 Grants Street Law ran"]
)
def test_other_numbers_stay_in_texts(text: str):
    assert accepted(raw(description=text))["description"] == text


@pytest.mark.parametrize("postcode", ["ZZ9-9ZZ", "zz9 9zz", "zz99zz", "ZZ9\u20139ZZ", "Zz9  9zz"])
def test_a_postcode_leaves_every_text_however_it_is_written(postcode: str):
    row = raw(
        title=f"Advice at {postcode}",
        grantProgramme=[{"title": f"Homes in {postcode}", "code": postcode}],
        relatedActivity=[postcode, "360G-quill-2"],
        recipientOrganization=[{"id": "GB-CHC-1190001", "name": f"Ashcombe at {postcode} (north)"}],
    )
    cleaned, found = checking.clean(row)
    assert postcode not in str(cleaned)
    assert postcode not in str(found)
    assert cleaned is not None
    assert (cleaned["programme"], cleaned["programme_code"]) == ("Homes in […]", "[…]")
    assert cleaned["recipients"] == [["GB-CHC-1190001", "Ashcombe at […] (north)"]]
    assert cleaned["relations"] == ["360G-quill-2"]


@pytest.mark.parametrize("text", ["The B1 2nd floor", "10am on the 3rd", "360G-abc-12ab-34cd", "A1 and 2nd"])
def test_what_only_resembles_a_postcode_stays(text: str):
    assert accepted(raw(description=text))["description"] == text


def test_a_cell_of_blanks_is_named_once_and_so():
    row = raw(grantProgramme=[{"title": "  "}])
    assert codes(row) == ["only-blanks"]
    assert problems.words("only-blanks").problem == "It holds only blanks."


def test_marks_that_turn_the_direction_of_writing_are_taken_out():
    assert repaired(raw(title="Ad\u202evi\u2066ce"), "control-characters") == "Advice"


@pytest.mark.parametrize(("value", "told"), [(None, "null"), (True, "true"), (False, "false")])
def test_json_is_told_in_its_own_words(value: object, told: str):
    assert problems.words("not-a-row", checking.clean(value)[1][0].value).problem.startswith(f"This is {told}, ")


# --- people -------------------------------------------------------------------------------------------------------
def individual(**fields: Any) -> dict[str, Any]:
    row = raw(recipientIndividual={"id": "360G-quill-IND-Mara-Quenby", "name": "Mara Quenby"}, **fields)
    del row["recipientOrganization"]
    return row


def test_nobody_who_received_a_grant_is_named_anywhere():
    row = individual(
        title="Grant to Mara Quenby",
        description="For MARA QUENBY; Quenby lives with Mara's aunt.",
        toIndividualsDetails={"primaryGrantReason": "GTIR060"},
        deiDetails={"project": {"response": {"taxonomyCodes": ["DEI050100"]}}},
        additional_data={"recipientLocation": "E01000001"},
        beneficiaryLocation=[{"name": "Tiny Hamlet", "geoCode": "E07000178", "countryCode": "GB", "postalCode": "ZZ1"}],
        **{"Recipient Ind:Name": "Mara Quenby", "Contact": "Mara Quenby"},
    )
    cleaned, found = checking.clean(row)
    kept = prepared.as_json(people.safe(row))
    assert cleaned is not None
    assert cleaned["to_individual"] is True
    assert cleaned["recipients"] == []
    for text in (str(cleaned), str(found), kept):
        for secret in ("Mara", "MARA", "Quenby", "IND", "DEI050100", "Tiny Hamlet", "E01000001", "E07000178"):
            assert secret not in text
    assert [each["region"] for each in cleaned["locations"]] == ["SE"]
    assert "GTIR060" in kept


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Li Wu", "Grant to Li Wu and Wu Li; Li's family; Wu", "Grant to […] and […]; […]'s family; […]"),
        ("Jo Zé", "JO ZE, jo zé, Jo Ze\u0301", "[…], […], […]"),
        ("Jo Ze", "José and Jo Zé", "José and […]"),
        ("Li", "Families of Li", "Families of […]"),
        ("Hope Reed", "hope for Hope by a reed", "hope for […] by a reed"),
        ("jo reed", "Jo", "[…]"),
        ("李武", "给李武的", "给[…]的"),
        ("A", "A b a class", "[…] b […] class"),
        ("!", "Well!", "Well!"),
    ],
)
def test_names_are_left_out_short_turned_round_and_without_their_accents(name: str, text: str, left: str):
    row = individual(description=text)
    row["recipientIndividual"]["name"] = name
    assert accepted(row)["description"] == left


def test_a_generic_name_is_no_name():
    row = individual(title="Individual support grant")
    row["recipientIndividual"]["name"] = "Individual Recipient"
    assert accepted(row)["title"] == "Individual support grant"


# --- whatever comes -----------------------------------------------------------------------------------------------
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [*raw(), "plannedDates", "actualDates", "beneficiaryLocation", "grantProgramme", "relatedActivity", "regrantType",
     "amountAppliedFor", "amountDisbursed", "fromOpenCall", "recipientIndividual", "toIndividualsDetails"]
)  # fmt: skip
ENTRIES = st.dictionaries(
    st.sampled_from(["id", "name", "startDate", "endDate", "duration", "geoCode", "countryCode", "title", "code"]), JSON
)


@given(st.one_of(JSON, st.dictionaries(FIELDS, st.one_of(JSON, ENTRIES, st.lists(ENTRIES, max_size=2)))))
@settings(deadline=None)
def test_hypothesis_nothing_that_json_can_hold_raises(row: Any):
    cleaned, found = checking.clean(row)
    refused = [each for each in found if each.code in checking.REFUSALS]
    assert (cleaned is None) == bool(refused)
    for each in found:
        assert problems.words(each.code, each.value, each.repair).fix
    prepared.as_json(people.safe(row)).encode()


@given(st.dictionaries(FIELDS, st.one_of(JSON, ENTRIES, st.lists(ENTRIES, max_size=2))))
@settings(deadline=None)
def test_hypothesis_an_accepted_row_keeps_the_databases_promises(fields: dict[str, Any]):
    cleaned, _ = checking.clean(raw() | fields)
    if cleaned is None:
        return
    assert 0 < len(cleaned["grant_id"]) <= 255
    assert 0 < len(cleaned["title"]) <= 500
    assert cleaned["amount_awarded"] >= 0
    assert not cleaned["joint_share"] or cleaned["amount_awarded"] == 0
    for name in ("planned", "actual"):
        start, end = cleaned[f"{name}_start"], cleaned[f"{name}_end"]
        assert not (start and end) or end >= start
        assert bool(start) == bool(cleaned[f"{name}_start_precision"])
        assert bool(end) == bool(cleaned[f"{name}_end_precision"])
    assert "\x00" not in str(cleaned)


@pytest.mark.parametrize(
    "text", ["a" * 10**5, " " * 10**5 + "x", "0" * 10**5, "1 A" * 30_000, "@" * 10**5, "Â" * 10**5]
)
def test_no_text_takes_more_than_a_moment(text: str):
    begun = time.process_time()
    checking.clean(raw(id=text, title=text, description=text, awardDate=text, amountAwarded=text))
    assert time.process_time() - begun < 1


PIECES = [
    "a.b@example.org", "@", "+44 7700 900123", "(0)20 7946 0000", "07700 900123", "+", "44", "LS1 4AP", "ls14ap",
    "1.4AP", "12 High Street", "Flat 3, 7a Mill Lane", "Q1 2nd", "1889", "٤", " ", ", ", "\n", "ward", "É",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12))
@settings(max_examples=300, deadline=None)
def test_hypothesis_no_contact_is_missed_for_want_of_its_sign(pieces: list[str]):
    text = without_signs = "".join(pieces)
    for _, pattern in texts._CONTACTS:
        without_signs = pattern.sub(texts.LEFT_OUT, without_signs)
    assert texts.without_contacts(text) == without_signs
