"""What is wrong in a file and how to mend it, in words; one place for the pages, the CSV and the command."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants import checking, json_files, sheets


class Words(NamedTuple):
    problem: str
    fix: str


# Code: what is wrong, how to mend it. {value} is what was written, {repair} what the portal took it for.
_SAID: dict[str, tuple[Any, Any]] = {
    # refused
    "not-a-row": (
        gettext_lazy("This is {value}, not a grant with named fields."),
        gettext_lazy("Write every grant as an object with the fields of 360Giving."),
    ),
    "id-missing": (
        gettext_lazy("The grant has no identifier."),
        gettext_lazy("Give it one that no other grant has, such as 360G-yourprefix-1234."),
    ),
    "id-too-long": (
        gettext_lazy("The identifier is longer than 255 characters."),
        gettext_lazy("Give the grant a shorter identifier, and keep to it in later files."),
    ),
    "id-broken": (
        gettext_lazy("The identifier “{value}” holds a character that was broken when the file was saved."),
        gettext_lazy("Write the identifier with letters, digits and hyphens, and save the file as UTF-8."),
    ),
    "title-missing": (
        gettext_lazy("The grant has no title."),
        gettext_lazy("Say in a few words what the grant is for."),
    ),
    "currency-missing": (
        gettext_lazy("No currency is given."),
        gettext_lazy("Write GBP for pounds sterling, or the three letters of another currency (ISO 4217)."),
    ),
    "currency-unknown": (
        gettext_lazy("“{value}” is no currency that the standard knows."),
        gettext_lazy("Write GBP for pounds sterling, or the three letters of another currency (ISO 4217)."),
    ),
    "amount-missing": (
        gettext_lazy("No amount awarded is given."),
        gettext_lazy("Write the amount as a number, such as 12500 or 12500.50."),
    ),
    "amount-not-a-number": (
        gettext_lazy("The amount awarded, “{value}”, is not a number."),
        gettext_lazy("Write the amount as a number, such as 12500 or 12500.50."),
    ),
    "amount-negative": (
        gettext_lazy("The amount awarded, {value}, is below nought."),
        gettext_lazy("Write what was awarded as a number of nought or more; leave out the grant if it was cancelled."),
    ),
    "amount-too-large": (
        gettext_lazy("The amount awarded, {value}, is larger than any grant."),
        gettext_lazy("Check the number of noughts, and that no two numbers run together."),
    ),
    "award-date-missing": (
        gettext_lazy("No award date is given."),
        gettext_lazy("Write the day on which the grant was awarded, as 2025-03-31."),
    ),
    "award-date-not-a-date": (
        gettext_lazy("The award date, “{value}”, cannot be read as a date."),
        gettext_lazy("Write the day on which the grant was awarded, as 2025-03-31."),
    ),
    "award-date-no-such-day": (
        gettext_lazy("The award date, “{value}”, does not exist (the day is read before the month)."),
        gettext_lazy("Write the day on which the grant was awarded, as 2025-03-31."),
    ),
    "award-date-absurd-year": (
        gettext_lazy("The award date, “{value}”, is in a year before 1900 or after 2100."),
        gettext_lazy("Correct the year."),
    ),
    "award-date-partial": (
        gettext_lazy("The award date, “{value}”, is not a whole date."),
        gettext_lazy("Give the day too, as 2025-03-31."),
    ),
    "funder-missing": (
        gettext_lazy("No funder is named."),
        gettext_lazy("Give the identifier and name of the organisation that awarded the grant."),
    ),
    "recipient-missing": (
        gettext_lazy("No recipient is given."),
        gettext_lazy("Give the identifier and name of the organisation, or mark the grant as one to an individual."),
    ),
    "two-kinds-of-recipient": (
        gettext_lazy("The grant goes both to an organisation and to an individual."),
        gettext_lazy("Keep whichever of the two received the money, and take the other out."),
    ),
    "duplicate-id": (
        gettext_lazy("The identifier “{value}” stands in an earlier row of this file already."),
        gettext_lazy("Keep one of the rows. In a sheet, put rows that belong to one grant beneath one another."),
    ),
    "not-your-funder": (
        gettext_lazy("This is a grant of {value}, for which you may not add grants."),
        gettext_lazy("Send only your own organisation's grants, or ask the secretariat to load the file."),
    ),
    "other-funders-grant": (
        gettext_lazy("The identifier “{value}” belongs to a grant of another funder in the portal."),
        gettext_lazy("Check the funder's identifier in this row, or give the grant an identifier of its own."),
    ),
    "cells-beyond-titles": (
        gettext_lazy("The row has more values than there are titles, so they may stand in the wrong columns."),
        gettext_lazy("Look for a comma that is not inside quotation marks, and give every column a title."),
    ),
    # repaired
    "only-blanks": (
        gettext_lazy("It holds only blanks."),
        gettext_lazy("It was taken as empty; take the blanks out."),
    ),
    "blanks-around": (
        gettext_lazy("There are blanks before or after “{repair}”."),
        gettext_lazy("They were taken off here; take them off in your own records."),
    ),
    "line-break": (
        gettext_lazy("The text is broken over several lines."),
        gettext_lazy("It was put on one line here; write it on one line."),
    ),
    "control-characters": (
        gettext_lazy("The text holds characters that nobody can see."),
        gettext_lazy("They were taken out here; type the text anew where it came from."),
    ),
    "misread-characters": (
        gettext_lazy("“{value}” was saved in one encoding and read in another."),
        gettext_lazy("It was read as “{repair}”; save the file as UTF-8."),
    ),
    "broken-character": (
        gettext_lazy("A character was broken when the file was saved: “{value}”."),
        gettext_lazy("It is shown as �; type the character again and save the file as UTF-8."),
    ),
    "text-cut": (
        gettext_lazy("The text has {value} characters; {repair} are kept."),
        gettext_lazy("The whole is kept with the row; write a shorter one."),
    ),
    "id-as-number": (
        gettext_lazy("The identifier is written as the number {value}."),
        gettext_lazy("It was read as the text “{repair}”; write it as text so that no nought is lost."),
    ),
    "yes-or-no": (
        gettext_lazy("“{value}” stands where Yes or No is meant."),
        gettext_lazy("It was read as “{repair}”, or left out where that is empty; write Yes or No."),
    ),
    "regrant-type-written-otherwise": (
        gettext_lazy("The kind of regrant is written “{value}”."),
        gettext_lazy("It was read as {repair}; write it so."),
    ),
    "regrant-type-unknown": (
        gettext_lazy("“{value}” is no kind of regrant that the standard knows."),
        gettext_lazy("It was left out; use one of FRG010 to FRG070."),
    ),
    "relation-left-out": (
        gettext_lazy("A related grant, “{value}”, is no other grant's identifier."),
        gettext_lazy("It was left out; give the identifier of another grant."),
    ),
    "currency-written-otherwise": (
        gettext_lazy("The currency is written “{value}”."),
        gettext_lazy("It was read as {repair}; write it so."),
    ),
    "amount-left-out": (
        gettext_lazy("The amount “{value}” is no number of nought or more."),
        gettext_lazy("It was left out; write it as a number, such as 12500."),
    ),
    "amount-rounded": (
        gettext_lazy("The amount {value} is finer than the smallest coin."),
        gettext_lazy("It was rounded to {repair}; write it with two digits after the point."),
    ),
    "number-as-text": (
        gettext_lazy("The number is written “{value}”."),
        gettext_lazy("It was read as {repair}; write it without signs, commas and blanks."),
    ),
    "day-first-date": (
        gettext_lazy("The date is written “{value}”, day first."),
        gettext_lazy("It was read as {repair}; write dates so."),
    ),
    "date-with-time": (
        gettext_lazy("The date is written with a time, “{value}”."),
        gettext_lazy("It was read as {repair}; write dates so."),
    ),
    "other-date-form": (
        gettext_lazy("The date is written “{value}”."),
        gettext_lazy("It was read as {repair}; write dates so."),
    ),
    "date-in-words": (
        gettext_lazy("The date is written in words, “{value}”."),
        gettext_lazy("It was read as {repair}; write dates so."),
    ),
    "date-not-a-date": (
        gettext_lazy("“{value}” cannot be read as a date."),
        gettext_lazy("It was left out; write it as 2025-03-31, 2025-03 or 2025."),
    ),
    "date-no-such-day": (
        gettext_lazy("The date “{value}” does not exist (the day is read before the month)."),
        gettext_lazy("It was left out; write it as 2025-03-31, 2025-03 or 2025."),
    ),
    "date-absurd-year": (
        gettext_lazy("The date “{value}” is in a year before 1900 or after 2100."),
        gettext_lazy("It was left out; correct the year."),
    ),
    "end-before-start": (
        gettext_lazy("The grant ends, on {value}, before it starts."),
        gettext_lazy("The end was left out; correct whichever of the two is wrong."),
    ),
    "duration-left-out": (
        gettext_lazy("The duration “{value}” is no number of months from 0 to 1,200."),
        gettext_lazy("It was left out; give it in whole months."),
    ),
    "duration-rounded": (
        gettext_lazy("The duration, {value} months, is not whole."),
        gettext_lazy("It was rounded to {repair}; give it in whole months, or give the end date."),
    ),
    "org-name-missing": (
        gettext_lazy("The organisation has an identifier and no name."),
        gettext_lazy("It goes by {repair} until a name is given; add the name."),
    ),
    "org-id-missing": (
        gettext_lazy("The organisation has no identifier."),
        gettext_lazy("It is known by its name only; add its charity or company number, as GB-CHC-1234567."),
    ),
    "org-id-unusable": (
        gettext_lazy("“{value}” tells no organisation from another."),
        gettext_lazy(
            "It was left out and the organisation is known by its name; give a number, or 360G- and your own."
        ),
    ),
    "org-id-written-otherwise": (
        gettext_lazy("The organisation's identifier is written “{value}”."),
        gettext_lazy("It was read as {repair}; write it so."),
    ),
    "contact-left-out": (
        gettext_lazy("The text holds an e-mail address, a telephone number, a postcode or a street address."),
        gettext_lazy(
            "The grant has […] in its place; take it out of what you publish. The row as it came is kept: your "
            "officers and the secretariat see it while the place is not protected."
        ),
    ),
    "name-left-out": (
        gettext_lazy("The file names the person who received the grant."),
        gettext_lazy("The name was not kept; write “Individual Recipient” in what you publish."),
    ),
    "place-code-is-postcode": (
        gettext_lazy("A postcode stands where a code of an area is meant."),
        gettext_lazy("It was left out; give the code of the district or region, as E08000003."),
    ),
    "place-code-unknown": (
        gettext_lazy("“{value}” is no code of an area."),
        gettext_lazy("It was left out; give the code of the district or region, as E08000003."),
    ),
    "country-written-otherwise": (
        gettext_lazy("The country is written “{value}”."),
        gettext_lazy("It was read as {repair}; write it so."),
    ),
    "country-unknown": (
        gettext_lazy("“{value}” is no country code."),
        gettext_lazy("It was left out; write the two letters of ISO 3166, GB for the United Kingdom."),
    ),
    "conflicting-rows": (
        gettext_lazy("Rows of one grant say different things: here “{value}”, above “{repair}”."),
        gettext_lazy("The first was kept; make the rows agree, or leave the later ones empty there."),
    ),
    "cell-is-error": (
        gettext_lazy("The sheet shows the error {value} here."),
        gettext_lazy("It was taken as empty; correct the formula."),
    ),
    # worth a look
    "several-funders": (
        gettext_lazy("{value} funders are named."),
        gettext_lazy("The first is taken for the funder; give each funder a grant of its own with its own amount."),
    ),
    "several-periods": (
        gettext_lazy("{value} periods are given."),
        gettext_lazy("The first is used; the others are kept with the row."),
    ),
    "several-programmes": (
        gettext_lazy("{value} programmes are given."),
        gettext_lazy("The first is used; the others are kept with the row."),
    ),
    "description-missing": (
        gettext_lazy("The grant has no description."),
        gettext_lazy("Say in a sentence or two what is paid for; it helps others to sort the grant."),
    ),
    "nil-amount": (
        gettext_lazy("The grant is of nothing, and names no grant that it is part of."),
        gettext_lazy("Check the amount; if the money stands in another grant, name that as related activity."),
    ),
    "applied-for-nought": (
        gettext_lazy("The amount applied for is nought."),
        gettext_lazy("It is taken for not known; leave it empty where it is not."),
    ),
    "disbursed-more-than-awarded": (
        gettext_lazy("More was paid, {value}, than was awarded."),
        gettext_lazy("Check both amounts."),
    ),
    "applied-for-less": (
        gettext_lazy("Less was applied for, {value}, than was awarded."),
        gettext_lazy("Check both amounts."),
    ),
    "id-without-prefix": (
        gettext_lazy("The identifier “{value}” does not start with 360G-."),
        gettext_lazy("It is kept; 360Giving's own form is 360G-yourprefix-1234."),
    ),
    "org-id-odd": (
        gettext_lazy("“{value}” does not look like a number of that register."),
        gettext_lazy("It is kept; check the number."),
    ),
    "relation-not-found": (
        gettext_lazy("The related grant “{value}” is neither in this file nor in the portal."),
        gettext_lazy("It is tied as soon as that grant is added; check the identifier, or add the grant."),
    ),
    "other-name": (
        gettext_lazy("The portal knows this organisation as “{repair}”, the file as “{value}”."),
        gettext_lazy("Both names find it; nothing needs doing."),
    ),
    "award-date-in-future": (
        gettext_lazy("The award date, {value}, is still to come."),
        gettext_lazy("It is kept; check the date."),
    ),
    "removed-here": (
        gettext_lazy("This grant was removed in the portal and is the same in the file."),
        gettext_lazy("It stays removed; bring it back from the list of removed grants if it should count again."),
    ),
    "edited-here": (
        gettext_lazy("Somebody edited this grant in the portal, and the file has something new for it."),
        gettext_lazy("The file's version replaces the edit when you apply; the edit stays in the grant's history."),
    ),
    "not-a-list": (
        gettext_lazy("One object stands where the standard asks for a list."),
        gettext_lazy("It was taken for a list of one; put it in square brackets."),
    ),
    "column-unknown": (
        gettext_lazy("The standard has no column “{value}”."),
        gettext_lazy("It is kept with each row and not used; check the title if it should be."),
    ),
    "encoding-guessed": (
        gettext_lazy("The file is not in UTF-8."),
        gettext_lazy("It was read as {repair}; save it as “CSV UTF-8”."),
    ),
}

_UNREADABLE: dict[str, tuple[Any, Any]] = {
    "json-no-grants": (
        gettext_lazy("The file is JSON but holds no grants."),
        gettext_lazy("It should have a list called “grants” with at least one grant in it."),
    ),
    "json-broken": (
        gettext_lazy("The JSON is broken in or soon after grant {row}, near: {detail}"),
        gettext_lazy("Save the file again from the program it came from; a JSON checker shows the place."),
    ),
    "json-breaks-off": (
        gettext_lazy("The file breaks off in or after grant {row}."),
        gettext_lazy("It was probably cut short on its way; download or save it again."),
    ),
    "json-not-a-number": (
        gettext_lazy("{detail} stands where a number is meant, in or soon after grant {row}."),
        gettext_lazy("Write a number, or leave the field out."),
    ),
    "json-number-too-long": (
        gettext_lazy("A number in or soon after grant {row} is longer than any amount could be."),
        gettext_lazy("Look for digits that run together, and correct them."),
    ),
    "json-too-deep": (
        gettext_lazy("In or soon after grant {row} lists stand in lists more than {depth} deep."),
        gettext_lazy("No grant needs that; save the file again from the program it came from."),
    ),
    "json-grant-too-large": (
        gettext_lazy("A single grant, {row} or soon after, is larger than {megabytes} MB."),
        gettext_lazy("Take out what is no part of a grant, such as a document or picture."),
    ),
    "not-utf-8": (
        gettext_lazy("The file holds characters that are not UTF-8, in or soon after grant {row}."),
        gettext_lazy("Save the file as UTF-8."),
    ),
    "empty": (
        gettext_lazy("The file is empty."),
        gettext_lazy("Save it again, and look that it holds something."),
    ),
    "not-what-it-says": (
        gettext_lazy("The file's name says one thing and its content another ({detail})."),
        gettext_lazy("Give it the ending that fits what it holds: .json, .csv or .xlsx."),
    ),
    "old-excel": (
        gettext_lazy("This is a workbook of an old Excel, or one that is locked with a password."),
        gettext_lazy("Open it in Excel, take the password off, and save it as .xlsx."),
    ),
    "pdf": (
        gettext_lazy("This is a PDF, not a list of grants."),
        gettext_lazy("Send the spreadsheet or the JSON that it was made from."),
    ),
    "picture": (
        gettext_lazy("This is a picture, not a list of grants."),
        gettext_lazy("Send the spreadsheet or the JSON itself."),
    ),
    "packed": (
        gettext_lazy("This is a packed file."),
        gettext_lazy("Unpack it first, and send the file that is in it."),
    ),
    "web-page": (
        gettext_lazy("This is a web page or XML, not a list of grants."),
        gettext_lazy("Download the file itself; a page is saved where a sign-in stood before it."),
    ),
    "not-text": (
        gettext_lazy("This is neither JSON, CSV nor an Excel workbook."),
        gettext_lazy("Save the list as .json, .csv or .xlsx and send that."),
    ),
    "no-titles": (
        gettext_lazy("The first row holds no titles that the standard knows: {detail}"),
        gettext_lazy("Put the titles in row 1, with nothing above them: Identifier, Title, Amount Awarded and so on."),
    ),
    "no-rows": (
        gettext_lazy("There are titles but no grants beneath them."),
        gettext_lazy("Put each grant in a row of its own, from row 2 on."),
    ),
    "too-many-columns": (
        gettext_lazy("The sheet has {detail} columns; {columns} can be read."),
        gettext_lazy("Take out the columns that hold nothing, to the right of the last title, and save it again."),
    ),
    "sheet-too-long": (
        gettext_lazy("A sheet claims to reach to row {detail}, which is more than can be read at once."),
        gettext_lazy("Delete the empty rows beneath the last grant, or save the sheet as CSV."),
    ),
    "workbook-too-large": (
        gettext_lazy("The workbook unpacks to far more than it weighs ({detail})."),
        gettext_lazy("Save only the sheets with grants in a new workbook, or as CSV."),
    ),
    "workbook-broken": (
        gettext_lazy("The workbook is damaged and cannot be opened."),
        gettext_lazy("Open it in Excel, let it be mended, and save it again; or save it as CSV."),
    ),
    "workbook-locked": (
        gettext_lazy("The workbook is locked with a password."),
        gettext_lazy("Take the password off and save it again."),
    ),
    "workbook-entities": (
        gettext_lazy("The workbook defines words of its own (XML entities), which no spreadsheet program writes."),
        gettext_lazy("Open it in Excel and save it as a new workbook; if you did not make it, do not trust it."),
    ),
    "zip-not-a-workbook": (
        gettext_lazy("This is a packed file, but no Excel workbook is in it."),
        gettext_lazy("Unpack it and send the file that is in it, or save the list as .xlsx."),
    ),
    "csv-breaks-off": (
        gettext_lazy("The file breaks off inside quotation marks, after row {row}."),
        gettext_lazy("It was probably cut short on its way, or a quotation mark is never closed; save it again."),
    ),
    "csv-quotes": (
        gettext_lazy("Quotation marks are out of order after row {row} (line {detail} of the file)."),
        gettext_lazy("Write a quotation mark inside quotation marks twice, or save the sheet as CSV anew."),
    ),
    "csv-value-too-long": (
        gettext_lazy("A single value after row {row} is longer than a million characters."),
        gettext_lazy("A quotation mark may never be closed; look at the rows that follow, and save it again."),
    ),
    "csv-line-too-long": (
        gettext_lazy("A line of the file is longer than any row of a sheet."),
        gettext_lazy("Save the list as CSV again, one grant a row."),
    ),
    "csv-encoding": (
        gettext_lazy("The file holds characters of no known encoding, after row {row}."),
        gettext_lazy("Save it as “CSV UTF-8”."),
    ),
    "unexpected": (
        gettext_lazy("Something went wrong in the portal after row {row}; nothing was changed."),
        gettext_lazy("Try once more. If it happens again, ask whoever runs the portal to look at its log."),
    ),
}


def words(code: str, value: str = "", repair: str = "") -> Words:
    """What is wrong and how to mend it, for one of checking's codes."""
    said, fix = _SAID[code]
    return Words(said.format(value=value, repair=repair), fix.format(value=value, repair=repair))


def unreadable(failure: str) -> Words:
    """Why a file could not be read, for Import.failure."""
    found = orjson.loads(failure or '{"code": "unexpected"}')
    place = {
        "row": found.get("row", 0),
        "detail": _number(found.get("detail", "")),
        "depth": json_files.DEEPEST,
        "columns": _number(sheets.MOST_COLUMNS),
        "megabytes": json_files.LARGEST_GRANT // 1024**2,
    }
    said, fix = _UNREADABLE[found["code"]]
    return Words(said.format(**place), fix.format(**place))


def _number(detail: object) -> str:
    """A detail that is a number, with commas between its thousands."""
    text = str(detail)
    return f"{int(text):,}" if text.isascii() and text.isdecimal() and len(text) < 19 else text


def kind(code: str) -> str:
    """What a problem did to its row, in a word: refused, repaired, or only worth a look."""
    if code in checking.REFUSALS:
        return _("refused")
    return _("worth a look") if code in checking.NOTICES else _("repaired")
