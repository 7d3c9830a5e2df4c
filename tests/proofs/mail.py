"""A mail server that says no for now or for good, ends the line before or after the text, or falls silent."""

from __future__ import annotations

import random
from collections import Counter

from accounts.models import Letter, Mail
from counting import working_days
from tests.proofs import post
from tests.proofs.course import Course
from tests.proofs.post import Post
from tests.proofs.processes import CHILD
from tests.proofs.reminders import begun, clock, figures
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage

ODD = 0.4
"""In so many of the tries it does something amiss, half of them before the text and half after it."""


def mail(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Each letter goes once, or is refused with the reason. Pauses between tries pass in a moment."""
    stage.fresh(seed=seed, odd=ODD)
    chance = random.Random(seed)
    planned = begun(stage, Post(size.letters, 1, (post.AT_ONCE, post.DIGEST), chance), mutant)
    hours = stage.hours

    def pass_pauses() -> None:
        """Go on to the next try, where nothing is under way and nothing else is due."""
        now = hours.now()
        if Mail.objects.filter(state__in=[Mail.SENDING, Mail.DOUBT]).exists() or Letter.objects.due(now).exists():
            return
        waiting = Mail.objects.filter(state__in=[Mail.WAITING, Mail.RETRY])
        if waiting.exists() and not Mail.objects.to_send(now).exists():
            first = waiting.order_by("not_before").values_list("not_before", flat=True)[0]
            hours.forward(first if first > now else working_days.next_opening(now))

    with clock(stage, size, chance, mutant) as running:
        one = Course(
            running,
            planned,
            strikes=[lambda: running.kill_one(CHILD)] * size.strikes,
            beside=[lambda: planned.say_again(at=hours.now()), pass_pauses],
            longest=240 + size.letters / 4,
            is_mutant=bool(mutant),
        ).run()
    said = Counter(what.split(" ")[0] if what[0].isdigit() else what for _to, what in stage.mail.said())
    amiss = ", ".join(f"{count} x {what}" for what, count in sorted(said.items()))
    more = [f"{one.refused} refused", f"{one.doubts} in doubt all resolved", f"amiss: {amiss}", f"{one.rate:.0f}/s"]
    return [Result(f"mail{', ' if mutant else ''}{mutant}", [*figures(one, running), *more], one.faults())]
