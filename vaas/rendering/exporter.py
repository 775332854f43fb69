"""Voilà's exporter, made once for each template."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

_MAKING = Lock()


def has_template(name: str) -> bool:
    """Whether a Voilà template of this name is installed."""
    from voila.paths import collect_template_paths  # noqa: PLC0415 - as for the exporter

    try:
        return bool(collect_template_paths(["voila"], name, prune=True)) and name.isidentifier()
    except ValueError:
        return False


def exporter(template: str) -> Any:
    """What turns notebooks into pages by one of Voilà's templates."""
    # One thread at a time, until it has all that it makes when first asked for:
    # two would each put half of it into the other's.
    with _MAKING:
        return _made(template)


@lru_cache(maxsize=16)
def _made(template: str) -> Any:
    # Imported when first needed: Voilà brings a whole Jupyter server along,
    # which takes seconds that nobody should wait for "vaas --help".
    from voila.exporter import VoilaExporter, VoilaMarkdownRenderer  # noqa: PLC0415
    from voila.paths import collect_template_paths  # noqa: PLC0415

    from vaas.rendering.dollars import PlainDollars  # noqa: PLC0415
    from vaas.rendering.pictures import CarriedPictures  # noqa: PLC0415

    made = VoilaExporter(
        template_name=template,
        template_paths=collect_template_paths(["voila", "nbconvert"], template),
        base_url="/",
        contents_manager=_NoFiles(),
        markdown_renderer_class=type(
            "_", (PlainDollars, CarriedPictures, VoilaMarkdownRenderer), {}
        ),
        theme="light",
        show_margins=False,
        jquery_url="",  # a CDN's, for scripts that Voilà's front end no longer has
    )
    made.exclude_input = True
    made.exclude_output_prompt = True
    made.exclude_input_prompt = True
    made.template  # noqa: B018 - compiles when first asked for
    return made


class _NoFiles:
    """Voilà's markdown renderer asks for files to inline; images go by their own address."""

    def file_exists(self, _path: str) -> bool:
        """Never."""
        return False


__all__ = ["exporter", "has_template"]
