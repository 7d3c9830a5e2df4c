"""Add somebody from the command line: the first person of all, or one more."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts import organisations, people
from accounts.models import Membership, Organisation, Person


class Command(BaseCommand):
    help = (
        "Add the person at ADDRESS, who then signs in by a code sent there. The first of all becomes administrator. "
        "Given a person who is here already, it adds what she is not yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--name", default="")
        parser.add_argument("--secretariat", action="store_true")
        parser.add_argument("--administrator", action="store_true")
        parser.add_argument(
            "--officer-of", action="extend", nargs="+", default=[], metavar="ORG", help="a funder's identifier or name"
        )

    @transaction.atomic
    def handle(self, *args: Any, address: str, officer_of: list[str], **options: Any) -> None:
        funders = [self.funder(each) for each in officer_of]
        try:
            validate_email(address)
            person = Person.objects.at(address).first()
            did = self.widen(person, funders, options) if person else self.add(address, funders, options)
        except ValidationError:
            raise CommandError(f"“{address}” is not an e-mail address.") from None
        except organisations.Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(did)

    def funder(self, text: str) -> Organisation:
        try:
            return organisations.named(text)
        except organisations.NotFound as unknown:
            raise CommandError(str(unknown)) from unknown

    def add(self, address: str, funders: list[Organisation], options: dict[str, Any]) -> str:
        first = not Person.objects.active().filter(is_administrator=True).exists()
        details = people.Details(
            email=address,
            name=options["name"],
            is_secretariat=options["secretariat"],
            is_administrator=options["administrator"] or first,
        )
        roles = [(funder, Membership.OFFICER) for funder in funders]
        person = people.add(details=details, roles=roles, by=None, at=timezone.now())
        return f"Added {person.email}: {self.all_that(person)}."

    def widen(self, person: Person, funders: list[Organisation], options: dict[str, Any]) -> str:
        """Make her what the options say besides; CommandError where that is nothing new."""
        now = timezone.now()
        details = people.Details(
            email=person.email,
            name=options["name"] or person.name,
            is_secretariat=person.is_secretariat or options["secretariat"],
            is_administrator=person.is_administrator or options["administrator"],
        )
        new = people.change(person=person, details=details, by=None, at=now)
        for funder in funders:
            new |= not person.memberships.filter(organisation=funder, role=Membership.OFFICER).exists()
            people.join(person=person, organisation=funder, role=Membership.OFFICER, by=None, at=now)
        if not new:
            raise CommandError(f"{person.email} is here already: {self.all_that(person)}. Nothing was changed.")
        return f"Changed {person.email}: {self.all_that(person)}."

    def all_that(self, person: Person) -> str:
        """What the person is, in words."""
        flags = [words for flag, words in FLAGS.items() if getattr(person, flag)]
        roles = [f"{each.role} of {each.organisation}" for each in person.memberships.select_related("organisation")]
        return ", ".join(flags + roles) or "belongs to no organisation yet"


FLAGS = {"is_administrator": "administrator", "is_secretariat": "secretariat"}
