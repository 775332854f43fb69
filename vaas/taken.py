"""Settings taken apart: what each room is given of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from vaas.config import Settings, Site
from vaas.kernels import Limits, Terms
from vaas.rendering import failure_view
from vaas.shares import SiteRule


def site_rules(settings: Settings) -> list[SiteRule]:
    """The outbound policy's rules for the listed sites."""
    return [site_rule(site) for site in settings.site]


def site_rule(site: Site) -> SiteRule:
    """The outbound policy's rule for a site."""
    return SiteRule(**site.model_dump(exclude={"native", "account"}))


def kernel_limits(settings: Settings) -> Limits:
    """What each kernel may use."""
    names = {field.name for field in fields(Limits)}
    return Limits(**settings.kernel.model_dump(include=names))


def host_terms(settings: Settings) -> Terms:
    """What the kernel host is started with."""
    kernel = settings.kernel
    return Terms(
        most=kernel.hosted,
        # Others run meanwhile, and successors of those that are kept until they are there.
        templates=4 * kernel.templates,
        mode=kernel.sandbox,
        grace=kernel.grace,
        failure_view=failure_view(),
        zygotes=kernel.zygotes,
        preload=kernel.preload,
    )


def schemes(settings: Settings) -> Callable[[str], str]:
    """What tells by which scheme a site is reached."""
    insecure = {site.host.lower() for site in settings.site if site.insecure}
    return lambda host: "http" if host.lower() in insecure else "https"


__all__ = ["host_terms", "kernel_limits", "schemes", "site_rule", "site_rules"]
