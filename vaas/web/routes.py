"""The route table."""

from __future__ import annotations

from typing import Any

from tornado.web import Application, RedirectHandler, RequestHandler

from vaas.observability import logger
from vaas.web.base import Handler
from vaas.web.connect import Connect
from vaas.web.dashboards import Dashboard
from vaas.web.files import AssetFile, StaticFile, TemplateFile
from vaas.web.front import Front
from vaas.web.gates import ComeIn
from vaas.web.health import Live, Metrics, Ready
from vaas.web.login import Back, Leaving, Logout
from vaas.web.opened import Enter, OpenedDashboard, OpenedPicture
from vaas.web.owner import ContactGone, Mine, Ruling
from vaas.web.pages import Home, Open, Password, WithoutSlash
from vaas.web.pictures import PATTERN, Picture
from vaas.web.received import ReceivedDashboard, ReceivedPicture
from vaas.web.sessions import Channels, HandOn, KernelModel, Leave, SessionState, Widgets

log = logger(__name__)

_ID = r"([0-9a-f]{32})"
_Route = tuple[str, type[RequestHandler], dict[str, Any]]


def make_application(front: Front) -> Application:
    """All addresses of the service.

    Args:
        front: what handlers need.
    """
    given = {"front": front}
    icon = {"url": front.statics.url("favicon.svg"), "permanent": False}
    routes: list[_Route] = [
        (r"/", Home, given),
        (r"/open", Open, given),
        (r"/password", Password, given),
        (r"/s/([^/]+)/([^/]+)", WithoutSlash, given),
        (rf"/s/([^/]+)/([^/]+)/{PATTERN}", Picture, given),
        (r"/s/([^/]+)/([^/]+)/(.*)", Dashboard, given),
        *_from_elsewhere(front),
        *front.more,
        (rf"/api/kernels/{_ID}", KernelModel, given),
        (rf"/api/kernels/{_ID}/channels", Channels, given),
        (rf"/api/v1/sessions/{_ID}", SessionState, given),
        (rf"/api/v1/sessions/{_ID}/place", HandOn, given),
        (rf"/api/v1/sessions/{_ID}/widgets", Widgets, given),
        (rf"/voila/api/shutdown/{_ID}", Leave, given),
        (r"/favicon\.ico", RedirectHandler, icon),  # for templates that name none
        (r"/static/([^/]+)", StaticFile, given),
        (r"/assets/([0-9a-f]+)/(.+)", AssetFile, given),
        (r"/voila/templates/(.+)", TemplateFile, given),
        (r"/health/live", Live, given),
        (r"/health/ready", Ready, given),
        (r"/metrics", Metrics, given),
    ]
    return Application(
        routes,
        default_handler_class=_NotFound,
        default_handler_args=given,
        log_function=log_request,
        websocket_max_message_size=64 << 20,
        websocket_ping_interval=20,
        websocket_ping_timeout=15,
    )


def _from_elsewhere(front: Front) -> list[_Route]:
    """Addresses of shares that come without a link: by Open Cloud Mesh, and from CS3's clouds."""
    given = {"front": front}
    return [
        (r"/ocm/connect", Connect, given),
        (r"/ocm/mine", Mine, given),
        (rf"/ocm/mine/{_ID}", Ruling, given),
        (r"/ocm/mine/contact", ContactGone, given),
        (r"/ocm/login", Leaving, given),
        (r"/ocm/login/back", Back, given),
        (r"/ocm/logout", Logout, given),
        (rf"/ocm/s/{_ID}", WithoutSlash, given),
        (rf"/ocm/s/{_ID}/{PATTERN}", ReceivedPicture, given),
        (rf"/ocm/s/{_ID}/(.*)", ReceivedDashboard, given),
        *((pattern, ComeIn, {"front": front, "gate": gate}) for pattern, gate in front.gates),
        (r"/cs3/open", Enter, given),
        (rf"/cs3/s/{_ID}", WithoutSlash, given),
        (rf"/cs3/s/{_ID}/{PATTERN}", OpenedPicture, given),
        (rf"/cs3/s/{_ID}/(.*)", OpenedDashboard, given),
    ]


class _NotFound(Handler):
    """Every address that is not in the table."""

    def prepare(self) -> None:
        """Answer 404 before a method is looked for."""
        super().prepare()
        self.send_error(404)


def log_request(handler: RequestHandler) -> None:
    """One line for each request, without its address, which may open a share."""
    status = handler.get_status()
    log.debug(
        "request",
        method=handler.request.method,
        handler=type(handler).__name__,
        status=status,
        ms=round(1000 * handler.request.request_time()),
    )


__all__ = ["log_request", "make_application"]
