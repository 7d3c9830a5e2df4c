"""What tells who somebody is, found in reports; ordinary prose left alone; the browser finds the very same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outcomes import identifying

SCRIPT = Path(identifying.__file__).parent / "static" / "outcomes" / "identifying.js"

TELL = [
    ("A.B., 23, moved into her own flat.", "name"),
    ("We supported A. B. (31) with her claim.", "name"),
    ("A.B. is 19 and wants to study.", "name"),
    ("One resident, M.K.L., 42, found work.", "name"),
    ("K., 27, stayed for eight months.", "name"),
    ("AB, aged 17, came through the police.", "name"),
    ("JT (aged 24) is still waiting for a decision.", "name"),
    ("SK, 33 years old, joined the group.", "name"),
    ("Maria K., 29, spoke at our meeting.", "name"),
    ("J. Smith (34) was moved twice.", "name"),
    ("Ms Okafor, 36, gave evidence.", "name"),
    ("Mrs T. (58) went home.", "name"),
    ("Maria, aged 23, trained as a baker.", "name"),
    ("Blessing is 22 years old and doing well.", "name"),
    ("Zoë, 26, who came in May, is now a volunteer.", "name"),
    ("Elena (21) from Bacău left the house.", "name"),
    ("Ring her on 07700 900123 after six.", "phone"),
    ("Her number is 07700900456.", "phone"),
    ("Call 0161 496 0123 and ask for the worker.", "phone"),
    ("(020) 7946 0958 is her landlord.", "phone"),
    ("He uses +44 7700 900789 now.", "phone"),
    ("Her mother is on +40 722 123 456.", "phone"),
    ("Reach the brother at 0084 91 234 5678.", "phone"),
    ("Text 07700.900.321 first.", "phone"),
    ("She writes from maria.k@example.org.", "mail"),
    ("Mail b+case7@mail.example.co.uk for papers.", "mail"),
    ("His address zoë_23@example.com no longer works.", "mail"),
    ("The house is at LS1 4DY.", "postcode"),
    ("She moved to SW1A 1AA in spring.", "postcode"),
    ("Post goes to m13 9pl.", "postcode"),
    ("He now lives in CF10-3AT.", "postcode"),
    ("They found her at B1\u00a01BB.", "postcode"),
    ("She lives at 14 Example Road with her son.", "address"),
    ("Flat 3, 27 Canal Street is hers.", "address"),
    ("He was found at 102 Old Mill Lane.", "address"),
    ("Born on 12/03/1999, she arrived alone.", "birth"),
    ("DOB: 4.7.2001", "birth"),
    ("Her date of birth is 3 May 1998.", "birth"),
    ("A boy born 1st June 2008 was placed here.", "birth"),
    ("d.o.b. 1997-11-30, no papers", "birth"),
    ("Date of birth: March 5, 2000", "birth"),
    ("birthday: 12 Sept 2003", "birth"),
    ("A.B. (12/03/1999) was referred.", "birth"),
    ("Her NI number is NR 12 34 56 C.", "insurance"),
    ("NINO AB123456C was issued in June.", "insurance"),
    ("ab 12 34 56 d came by post", "insurance"),
    ("JG-10-37-59-A is on the letter.", "insurance"),
    ("NHS number 943 476 5919.", "nhs"),
    ("She is 4505577104 with the surgery.", "nhs"),
    ("Registered as 401-023-2137 at the clinic.", "nhs"),
    ("A 19-year-old Vietnamese woman from Leeds was found by a nurse.", "age"),
    ("An Albanian man, 34, was working in Croydon.", "age"),
    ("From Nigeria, aged 22, she was held near Luton.", "age"),
    ("In Hull we met a 23 year old from Romania.", "age"),
    ("We housed a Romanian survivor aged 41 in Bradford.", "age"),
    ("The youngest was a 16-year-old Sudanese boy at Dover.", "age"),
    ("A 20 y/o Chinese student was referred in Cardiff.", "age"),
    ("Our client, an Eritrean girl (17), now lives in Derby.", "age"),
    ("Near Spalding a Lithuanian man aged 52 left his employer.", "age"),
    ("One client from Ghana, 30 years old, works in Slough.", "age"),
]

TELL_NOBODY = [
    "We supported 23 women and 12 men between January and March.",
    "Women aged 18 to 25 came most often.",
    "Children aged 16 or 17 are counted apart.",
    "Adults aged 18 and over may join the group.",
    "Survivors aged 25-34 made up 40 % of the house.",
    "People aged 60+ were rare.",
    "Leeds (23), Hull (14) and York (9) sent most referrals.",
    "London, 23, Leeds, 14, and Cardiff, 6, as in the table.",
    "The U.K., 23 people said, felt safer than they had feared.",
    "In the NRM, 12 decisions came within the target time.",
    "UK (23), EU (12) and others (5).",
    "Between 1 April and 30 June 2026 we ran 14 sessions.",
    "The house opened on 3 May 2019.",
    "Our lease ends on 31/03/2027.",
    "The grant of £140,000 runs from 2026-04-01 to 2028-03-31.",
    "We spent £12,345.67 on rent and £1,020,300 in all.",
    "Charity number 1098765, company number 09876543.",
    "In Q1 2nd interviews were late; in Q3 they were not.",
    "Staff costs rose by 7.5 % in 2025-26.",
    "Of 120 referrals 95 were accepted, 20 passed on, 5 refused.",
    "The average stay was 14.5 weeks, from 2 to 45.",
    "Ms Brown, our new manager, began in June.",
    "Dr Patel and Mrs Jones led 12 sessions each.",
    "Ms Khan, 3 days a week, runs the drop-in.",
    "Mr Green, 12 March, opened the day.",
    "Many survivors came from Albania, Vietnam and Nigeria.",
    "A third of the women in Leeds were Romanian.",
    "Young people from Sudan wait longest in Kent.",
    "The team in Cardiff speaks Albanian and Polish.",
    "Capacity is 12 and occupancy was 95%.",
    "Part A. Section 2 says who decides.",
    "See Annex B, table 4, and page 23.",
    "Meetings are on Mondays at 10.30 and Thursdays at 14:00.",
    "We answered 1,250 calls and 3,400 messages.",
    "The 10-year-old building needs a new roof.",
    "Our 5-year plan has 3 aims.",
    "COVID-19 closed the day centre for 6 weeks.",
    "Section 45 of the Modern Slavery Act 2015 was explained in 8 workshops.",
    "GP surgeries, A&E and sexual health clinics were trained.",
    "ISO 27001 and Cyber Essentials were renewed.",
    "Outcome 2: 30 of 40 felt safer (75 %).",
    "Travel cost 45p a mile for 2,310 miles.",
    "We have 24 beds in 3 houses.",
    "The board met on 4 May, 6 July and 12 October.",
    "Version 2.3.1 of our database went live.",
    "Grant reference 360G-Example-2026-001 pays half.",
    "Room 12 has been empty since the flood.",
    "Volunteers gave 1,100 hours, worth about £13,000.",
    "About 1 in 5 was under 18.",
    "Referral to decision took 500 days on average.",
    "We were asked 1234567890 times, it felt.",
    "Our helper was born to do this work.",
    "Hope for Justice, Unseen and the Salvation Army are partners.",
    "Two babies were born in the house this year.",
    "The e.g. in our form misled people.",
    "Staff were trained by 3 p.m. on the day.",
    "B2B partners, mp3 guides and A4 posters helped.",
    "The Road to Freedom course ran 4 times.",
    "Downing Street was not involved.",
    "What did not work: the 24 hour phone line, which 9 people rang.",
    "A minimum of 20 20 minute sessions were held.",
    "Target 50, reached 48; next year 60.",
]


def codes(text: str) -> list[str]:
    return [each.code for each in identifying.finds(text)]


def test_there_are_sixty_sentences_each_way():
    assert (len(TELL) >= 60, len(TELL_NOBODY) >= 60) == (True, True)


@pytest.mark.parametrize(("text", "code"), TELL, ids=[text[:40] for text, _ in TELL])
def test_what_tells_somebody_is_found(text: str, code: str):
    assert codes(text) == [code]


@pytest.mark.parametrize("text", TELL_NOBODY, ids=[text[:40] for text in TELL_NOBODY])
def test_ordinary_prose_is_left_alone(text: str):
    assert codes(text) == []


def test_a_wrong_check_digit_is_no_nhs_number():
    assert codes("The reference was 943 476 5918.") == []
    assert not identifying.passes("0000000000")


def test_what_somebody_said_is_none_is_left_out():
    text = "Ring 07700 900123 or 07700\u00a0900456."
    assert [each.words for each in identifying.left(text, {"07700 900123"})] == ["07700 900456"]


def test_a_find_stands_where_it_says():
    text = "Zoë: 07700 900123"
    [found] = identifying.finds(text)
    assert text[found.start : found.end] == "07700 900123"


def test_a_long_text_takes_a_moment():
    text = "In Leeds 19-year-old A. B. c@d 0 1 2 3 Aged Albanian, " * 800
    assert len(identifying.finds(text)) <= identifying.MOST_FINDS


def found_by_browser(browser: Any, rules: str, texts: list[str]) -> list[list[list[str]]]:
    page = browser.new_page()
    page.goto("data:text/html,<meta charset='utf-8'>")
    page.add_script_tag(content=SCRIPT.read_text())
    found = page.evaluate(
        "([rules, texts]) => { const find = finder(JSON.parse(rules));"
        " return texts.map(text => find(text).map(each => [each.code, each.words])); }",
        [rules, texts],
    )
    page.close()
    return found


@pytest.mark.browser
def test_the_browser_finds_the_very_same(in_chromium: Any):
    texts = [text for text, _ in TELL] + TELL_NOBODY
    texts += [
        "\u2003".join(texts[:20]),
        "\n".join(texts),
        "𝒳 " + " 🙂 ".join(text for text, _ in TELL),
        "ǅ Ǽ ſ K 07700 900123",
    ]
    found = in_chromium(found_by_browser, json.dumps(identifying.rules()), texts)
    assert found == [[[each.code, each.words] for each in identifying.finds(text)] for text in texts]
