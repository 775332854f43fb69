"""Contacts, for clouds whose people share with contacts only."""

from __future__ import annotations

from vaas.errors import ShareUnknown, VaasError
from vaas.web.base import Handler
from vaas.web.seams import Inviter
from vaas.web.statuses import status_of


class Connect(Handler):
    """``/ocm/connect``: which cloud are you at? And the other way: here is an invitation."""

    @property
    def inviter(self) -> Inviter:
        """Who makes contacts.

        Raises:
            ShareUnknown: nothing is taken from other clouds.
        """
        if self.front.inviter is None:
            raise ShareUnknown("no shares of other clouds are received here")
        return self.front.inviter

    def get(self) -> None:
        """The forms; filled in where another cloud sent somebody with its invitation."""
        code = self.get_query_argument("token", "")
        self._show(code=code, cloud=self.get_query_argument("providerDomain", ""))

    async def post(self) -> None:
        """Invite, and point to the cloud's own dialog; or accept an invitation."""
        self.require_own_origin()
        cloud = self.get_body_argument("cloud", "")
        code = self.get_body_argument("code", "")
        try:
            if code:
                contact = await self.inviter.accept(code, cloud)
                self._show(done=contact)
                return
            made, address = await self.inviter.invite(cloud)
        except VaasError as error:
            self.log_exception(type(error), error, None)
            self.set_status(status_of(error))
            self._show(code=code, cloud=cloud, error=f"{error.title}. {error.advice}")
            return
        # A link: a page of ours may send its forms nowhere else, not by redirects either.
        self._show(cloud=cloud, made=made, address=address)

    def _show(self, **told: str) -> None:
        nothing = dict.fromkeys(("code", "cloud", "made", "address", "done", "error"), "")
        inviter = self.inviter
        about = {"us": inviter.us, "clouds": inviter.clouds}
        self.page("connect.html", title="Connect your cloud", **about | nothing | told)


__all__ = ["Connect"]
