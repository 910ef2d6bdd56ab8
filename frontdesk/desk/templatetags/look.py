"""How things look in a template: icons and running clocks. Load with ``{% load look %}``."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Return the icon ``name`` of ``icons.svg`` as decoration: the word beside it carries the meaning.

    ``classes`` are added to the class ``i``, for instance ``"warn"``.
    """
    address = static("desk/icons.svg")
    space = " " if classes else ""
    return format_html(
        '<svg class="i{}{}" aria-hidden="true"><use href="{}#{}"/></svg>', space, classes, address, name
    )


@register.filter
def apart(moment: datetime, other: datetime) -> str:
    """Return the time between two moments as a clock says it: what stands in a running clock until scripts move it."""
    return mmss((moment - other).total_seconds())


@register.filter
def mmss(seconds: float | None) -> str:
    """Return an age or a time left, in seconds, as a clock says it: ``03:12``, ``1 h 05``, ``2 d 3 h``.

    Negative values (time that has run over) lose their sign; nothing is returned for ``None``. The same words as
    ``words`` in ``clocks.js``, which goes on counting from here.
    """
    if seconds is None:
        return ""
    total = abs(int(seconds))
    if total < 3600:
        return f"{total // 60:02}:{total % 60:02}"
    if total < 86400:
        return f"{total // 3600} h {total % 3600 // 60:02}"
    return f"{total // 86400} d {total % 86400 // 3600} h"
