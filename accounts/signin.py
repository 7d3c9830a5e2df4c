"""Sign-in by a code sent to the mailbox."""

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """People are added on a page by somebody who may; nobody signs up."""
        return False
