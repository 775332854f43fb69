"""VaaS opens a notebook in a shared folder as a live Voilà dashboard.

The story, in the order in which data flows:

``link -> shares -> storage -> kernels -> rendering -> page``

``shares`` turns an address that somebody pasted into a ``Share`` at one
``Version``; ``storage`` makes a read-only ``Workspace`` of it; ``kernels``
runs the notebook in a sandbox; ``rendering`` makes the page. None of these
rooms knows another: ``launch`` joins them, ``web`` shows what happens, and
``app`` builds everything that lives.
"""

import sys

# jsonschema would build a grammar of internationalised addresses whenever it is imported,
# in 0.8 s. No schema here asks for it; kernels, which do not import this, have it as it is.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"

__all__ = ["__version__"]
