"""The explorer of one member inside a notebook."""

from __future__ import annotations

from html import escape

from landsweep.disk.opened import OpenedRun
from landsweep.page.standing import label_of
from landsweep.page.write import written_member
from landsweep.study.plan import Member

HEIGHT = 900
"""The explorer is so many pixels high."""
UNTRUSTED = (
    "The explorer is not shown, as this notebook is not trusted here: trust it (in JupyterLab by the command Trust "
    "Notebook), or run this cell again."
)
"""This stands behind the frame, which notebooks from elsewhere take away without a word."""


class Explorer:
    """The explorer of one member of a run, which a notebook shows: its landscape, merge tree and barcode.

    Parameters
    ----------
    run
        The run.
    member
        The member.

    Raises
    ------
    UserError
        Where no point of the member is evaluated, or a file of it is damaged; when the explorer is made, not when it is
        shown.
    """

    def __init__(self, run: OpenedRun, member: Member) -> None:
        self._name = f"{run.path}: {label_of(run, member)}".encode("utf-8", "replace").decode()
        self.html = written_member(run, member)

    def __repr__(self) -> str:
        return f"Explorer({self._name!r})"

    def _repr_html_(self) -> str:
        """Return the explorer in a frame of its own, so that neither it nor the notebook changes the other."""
        return (
            f'<div style="position: relative"><p style="position: absolute">{UNTRUSTED}</p>'
            f'<iframe title="{escape(self._name)}" srcdoc="{escape(self.html)}" width="100%" height="{HEIGHT}" '
            'sandbox="allow-scripts allow-popups allow-downloads" style="border: 0; position: relative"></iframe></div>'
        )
