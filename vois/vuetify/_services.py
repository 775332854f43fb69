"""What an app of the older spelling does for its author: messages, windows, files, addresses."""

# ruff: noqa: N802, N803 - the older spelling
from __future__ import annotations

from typing import Any

from vois.ui.overlay import host
from vois.vuetify._dialogs import dialogGeneric, dialogMessage, dialogWait, dialogYesNo, snackbar
from vois.vuetify._menus import fab as Fab  # noqa: N812 - the method has the name

__all__ = ["Services"]


class Services:
    """Mixed into the app."""

    waitdlg: Any = None
    parameters: dict[str, list[str]]

    def snackbar(self, *args: Any, **kwargs: Any) -> None:
        """Show a short message; arguments as of snackbar.snackbar."""
        snackbar(*args, **{"show": True, **kwargs})

    def dialogMessage(self, *args: Any, **kwargs: Any) -> None:
        """Show a text; arguments as of dialogMessage.dialogMessage."""
        dialogMessage(*args, **{"show": True, **kwargs})

    def dialogYesNo(self, *args: Any, **kwargs: Any) -> None:
        """Ask a question; arguments as of dialogYesNo.dialogYesNo."""
        dialogYesNo(*args, **{"show": True, **kwargs})

    def dialogGeneric(self, *args: Any, **kwargs: Any) -> None:
        """Open a window; arguments as of dialogGeneric.dialogGeneric."""
        dialogGeneric(*args, **{"show": True, **kwargs})

    def dialogWaitOpen(self, *args: Any, **kwargs: Any) -> None:
        """Cover the page; arguments as of dialogWait.dialogWait."""
        self.dialogWaitClose()
        self.waitdlg = dialogWait(*args, **kwargs)

    def dialogWaitClose(self) -> None:
        """Uncover the page."""
        if self.waitdlg is not None:
            self.waitdlg.close()
            self.waitdlg = None

    def fab(self, *args: Any, **kwargs: Any) -> Fab:
        """Show a floating button; arguments as of fab.fab."""
        button = Fab(*args, **kwargs)
        button.show()
        return button

    def downloadText(self, textobj: str, fileName: str = "download.txt") -> None:
        """Save text on the viewer's machine, as UTF-8."""
        host().save(str(textobj), fileName)

    def downloadBytes(self, bytesobj: bytes, fileName: str = "download.bin") -> None:
        """Save bytes on the viewer's machine."""
        host().save(bytes(bytesobj), fileName)

    def urlOpen(self, url: str, target: str = "_blank") -> None:
        """Open another page."""
        host().run("visit", url=url, target=target)

    def urlUpdate(self, url: str) -> None:
        """Change the page's own address without loading it anew."""
        host().run("address", url=url)

    def urlParameter(self, parameterName: str, parameterDefaultValue: Any = "") -> Any:
        """Return a parameter of the page's address, or the default."""
        return self.parameters.get(parameterName, [parameterDefaultValue])[0]
