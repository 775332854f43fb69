"""The cloud that ``vaas demo`` brings along: real WebDAV behind the links of six products."""

from vaas.demo.efss import DemoEfss

__all__ = ["DemoEfss"]
