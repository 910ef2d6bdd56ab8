"""How figures are written. Load with ``{% load figures %}``."""

from django import template

register = template.Library()


@register.filter
def count(number: int) -> str:
    """Return ``110,527``."""
    return f"{number:,}"


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """Return ``20.2 %`` for a percentage (0 to 100); ``none`` where there was nothing to divide by."""
    return "none" if value is None else f"{value:.{digits}f} %"


@register.filter
def points(value: float | None) -> str:
    """Return ``+3.1`` or ``−5.1`` percentage points, with a true minus sign; an en dash for ``None``."""
    return "–" if value is None else f"{value:+.1f}".replace("-", "−")
