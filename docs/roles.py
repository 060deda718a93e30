"""How docstrings' reStructuredText becomes the site's Markdown: an extension of Griffe, which reads them."""

from __future__ import annotations

import re
from typing import Any

import griffe

ROLE = re.compile(r":(?:class|meth|func|data|mod|attr|math|exc):`~?([^`]+)`")


class Roles(griffe.Extension):
    """Turn references such as ``:class:`Run``` into code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of an object that was loaded."""
        if obj.docstring is not None:
            obj.docstring.value = ROLE.sub(r"`\1`", obj.docstring.value)
