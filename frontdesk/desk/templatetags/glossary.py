"""Words that the glossary explains. Load with ``{% load glossary %}``."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from frontdesk.desk.pages.glossary import terms

register = template.Library()


@register.simple_tag
def term(key: str, words: str = "") -> SafeString:
    """Return the word as a link to its explanation: ``{% term "handoff" %}``, ``{% term "handoff" "Handoffs" %}``.

    Raises KeyError for a word that the glossary does not have.
    """
    found = terms()[key]
    return format_html(
        '<a class="term" href="{}#{}" title="{}">{}</a>',
        reverse("desk:glossary"),
        key,
        found.says_en,
        words or found.en,
    )
