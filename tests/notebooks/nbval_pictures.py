"""nbval leaves PNG and JPEG pictures out of its comparison; figures here are SVG, left out too.

Committed notebooks hold no picture: those of the book are compared as files.
"""

from __future__ import annotations

from nbval.plugin import IPyNbFile

_collect = IPyNbFile.collect


def _without_svg(self: IPyNbFile):
    self.skip_compare = (*self.skip_compare, "image/svg+xml")
    return _collect(self)


IPyNbFile.collect = _without_svg
