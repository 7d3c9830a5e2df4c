"""Addresses as people paste them: read whatever the order, questioned where mistyped, roles told from people."""

from __future__ import annotations

import pytest

from accounts import mailboxes
from accounts.mailboxes import Contact

ADA = Contact("ada@example.org", "Ada Lovelace")


@pytest.mark.parametrize(
    "line",
    [
        "Ada Lovelace, ada@example.org",
        "ada@example.org, Ada Lovelace",
        "Ada Lovelace <ADA@example.org>",
        '"Ada Lovelace" <ada@example.org>;',
        "Ada  Lovelace\tada@example.org",
        "Ada Lovelace ada@example.org",
        "  Ada Lovelace; mailto:ada@example.org.",
    ],
)
def test_a_line_is_read_however_it_is_written(line: str) -> None:
    assert mailboxes.read(line) == ADA


def test_an_address_alone_will_do() -> None:
    assert mailboxes.read("ada@example.org") == Contact("ada@example.org")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Ada Lovelace", "There is no address here; one looks like name@example.org."),
        ("Ada, ada@", "“ada@” is not a whole address; one looks like name@example.org."),
        ("Ada, ada@example", "“ada@example” is not a whole address; one looks like name@example.org."),
        ("Ada, ada@@example.org", "“ada@@example.org” is not a whole address; one looks like name@example.org."),
        ("Ada, ada@gmial.com", "“ada@gmial.com”: did you mean ada@gmail.com?"),
        ("Ada, ada@charity.org.con", "“ada@charity.org.con”: did you mean ada@charity.org.com?"),
        ("Ada, ada@gmail.con", "“ada@gmail.con”: did you mean ada@gmail.com?"),
        ("Ada, ada@kestrel.orguk", "“ada@kestrel.orguk”: did you mean ada@kestrel.org.uk?"),
        ("x" * 151 + ", ada@example.org", "This name is too long. Give at most 150 characters."),
    ],
)
def test_what_is_mistyped_gets_a_sentence(line: str, said: str) -> None:
    assert mailboxes.fault(mailboxes.read(line)) == said


def test_a_right_address_gets_none() -> None:
    assert mailboxes.fault(ADA) == ""


@pytest.mark.parametrize("address", ["info@a.org", "Reports@a.org", "reports-wales@a.org", "office2@a.org"])
def test_a_mailbox_of_a_role_is_known(address: str) -> None:
    assert mailboxes.is_role(address)


@pytest.mark.parametrize("address", ["ada@a.org", "infomary@a.org", "ada@info.org"])
def test_a_persons_mailbox_is_none_of_a_role(address: str) -> None:
    assert not mailboxes.is_role(address)
