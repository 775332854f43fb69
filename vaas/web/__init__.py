"""What people and browsers meet: pages, the dashboard's stream, the kernel's socket, health."""

from vaas.web.front import Card, Front
from vaas.web.routes import make_application

__all__ = ["Card", "Front", "make_application"]
