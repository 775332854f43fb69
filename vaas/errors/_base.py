"""What all errors share, and those of the service itself."""

from __future__ import annotations

from typing import ClassVar


class VaasError(Exception):
    """Something went wrong that somebody can be told about.

    Attributes:
        title: one line for the viewer.
        advice: what the viewer can do, one or two sentences.
        label: short constant name for metrics and logs.
        retry_after: seconds after which trying again makes sense, if known.
    """

    title: ClassVar[str] = "Something went wrong"
    advice: ClassVar[str] = "Please try again in a moment."
    label: ClassVar[str] = "internal"

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        """Keep ``detail`` for the author or operator.

        Args:
            detail: what happened, without any secret.
            retry_after: seconds, if the other side named them.
        """
        super().__init__(detail or self.title)
        self.detail = detail
        self.retry_after = retry_after


class WrongName(VaasError):
    """A browser called us by a name that is not ours, as a stranger's page can make it do."""

    title = "This address is not known here"
    advice = "Use the address that the operator of this service gave you."
    label = "wrong_name"


class ConfigError(VaasError):
    """The operator's settings are wrong."""

    title = "This service is not set up correctly"
    advice = "Its operator can find out why with “vaas doctor”."
    label = "config"


class StateAway(VaasError):
    """The database of the service's own does not answer."""

    title = "This service cannot look up what it keeps"
    advice = "Please try again in a minute."
    label = "state_away"


class EnvironmentNotMade(VaasError):
    """An environment for kernels could not be made, or removed."""

    title = "The environment could not be made"
    advice = "Nothing has changed; the reason stands below."
    label = "environment_not_made"


__all__ = ["ConfigError", "EnvironmentNotMade", "StateAway", "VaasError", "WrongName"]
