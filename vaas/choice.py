"""Which environment a notebook runs in: the one that it names, or its share, or VaaS's own."""

from __future__ import annotations

from dataclasses import dataclass

from vaas.errors import LanguageUnknown
from vaas.kernels import Installations, languages
from vaas.model import Installation
from vaas.rendering import Notebook, choose_kernel, kernel_asked


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a notebook runs.

    Attributes:
        installation: the environment.
        kernel_name: of its kernels.
    """

    installation: Installation
    kernel_name: str


def choose(notebook: Notebook, wanted: str, known: Installations) -> Choice:
    """Find a notebook's environment, and in it the kernel; blocks.

    A kernel's name that is an environment's counts first, being the notebook's own
    word, then what its share wants. Names of other kernels are no matter: authors
    have many. A language that the environment lacks is looked for in VaaS's own.

    Args:
        notebook: what is to run.
        wanted: the environment that its share names; empty for none.
        known: what there is.

    Raises:
        EnvironmentUnknown: there is none that its share names.
        LanguageUnknown: nothing installed speaks its language.
    """
    asked = kernel_asked(notebook)
    base = known.find("base")
    one = known.find(asked) if known.has(asked) else known.find(wanted) if wanted else base
    try:
        return Choice(one, choose_kernel(notebook, languages(one.prefix)))
    except LanguageUnknown:
        if one == base:
            raise
        return Choice(base, choose_kernel(notebook, languages(base.prefix)))


__all__ = ["Choice", "choose"]
