"""The words of a mail: of one letter its own, of several a digest with what they are about before them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from accounts import kinds
from accounts.models import Letter, Mail

log = logging.getLogger(__name__)


def compose(mail: Mail, letters: Sequence[Letter], at: datetime) -> bool:
    """Write its words; False where they cannot be. One that may have gone before keeps them: the very same go again."""
    if mail.resent and mail.subject:
        return True
    if mail.person:
        mail.to = mail.person.email
    if not write(letters, at):
        log.error("The words of mail %s could not be written", mail.pk)
        return False
    mail.subject, mail.text = _together([kinds.Words(each.subject, each.body) for each in letters])
    return True


def write(letters: Sequence[Letter], at: datetime) -> bool:
    """Let their kinds write the words that letters lack, for now and not to be kept; False where one cannot."""
    if all(each.subject for each in letters):
        return True
    try:
        with transaction.atomic():
            words = words_of(letters, at)
    except Exception:
        log.exception("Words could not be written")
        return False
    for letter, each in zip(letters, words, strict=True):
        letter.subject, letter.body = each.subject, each.body
    return True


def _together(words: Sequence[kinds.Words]) -> tuple[str, str]:
    """One subject and text of several letters, with what they are about before them."""
    if len(words) == 1:
        return words[0].subject, words[0].body
    subject = ngettext("%(count)d letter: %(first)s", "%(count)d letters: %(first)s", len(words)) % {
        "count": len(words),
        "first": words[0].subject,
    }
    numbered = [f"{number}. {each.subject}" for number, each in enumerate(words, start=1)]
    parts = [f"{line}\n\n{each.body}" for line, each in zip(numbered, words, strict=True)]
    return subject[:300], "\n\n".join(["\n".join(numbered), *parts])


def words_of(letters: Sequence[Letter], at: datetime) -> list[kinds.Words]:
    """What each says, in their order; those without words get them from their kind."""
    written: dict[int, kinds.Words] = {}
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for each in letters:
        if each.subject:
            written[each.pk] = kinds.Words(each.subject, each.body)
        else:
            by_kind[each.kind].append(each)
    for code, of_it in by_kind.items():
        write = kinds.of(code).write
        assert write, f"nobody writes letters of the kind {code}"
        written.update(write(of_it, at))
    return [written[each.pk] for each in letters]
