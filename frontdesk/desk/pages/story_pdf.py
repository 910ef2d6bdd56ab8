"""A story on paper: a PDF with its own fonts, so that a name in any of many scripts is written as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from threading import Lock

from django.utils import timezone
from django.utils.html import escape
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from frontdesk.desk.pages.story import StoryPage, Where

FONTS = Path(__file__).resolve().parent.parent / "fonts"
PLAIN, BOLD = "FrontdeskSans", "FrontdeskSans-Bold"
HAN = "STSong-Light"  # not embedded: every common reader brings one for Chinese, Japanese and Korean signs
BLOCKS = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))
READERS_FONT = (
    "Chinese, Japanese and Korean signs are drawn with a font of the program that shows this file. Where they are blank,"
    " read them on the page of this story or in its JSON."
)
TIME_WIDTH, NAME_WIDTH = 30 * mm, 50 * mm

_one_at_a_time = Lock()  # reportlab keeps what a document used of a font in the font


def as_pdf(page: StoryPage, *, exported_by: str) -> bytes:
    """The story as a PDF. Signs that no font has are written as their code points: nothing is lost unseen."""
    _register()
    read = timezone.localtime(page.read_at)
    foot = f"{page.title}. Exported {read:%d %b %Y, %H:%M} by {exported_by}. Times are those of {page.zone}."
    out = BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=letter, title=page.title, author="Frontdesk", leftMargin=18 * mm, rightMargin=18 * mm,
        topMargin=16 * mm, bottomMargin=18 * mm,
    )  # fmt: skip

    def with_foot(canvas: Canvas, _: object) -> None:
        text = _paragraph(f"{foot} Page {canvas.getPageNumber()}.", _style(7))
        text.wrapOn(canvas, paper.width, 20 * mm)
        text.drawOn(canvas, paper.leftMargin, 9 * mm)

    with _one_at_a_time:
        paper.build(list(_parts(page)), onFirstPage=with_foot, onLaterPages=with_foot)
    return out.getvalue()


def _parts(page: StoryPage) -> Iterator[Paragraph | Spacer]:
    yield _paragraph(page.title, _style(15, BOLD))
    yield _paragraph(page.about, _style(9))
    if needs_readers_font(page):
        yield _paragraph(READERS_FONT, _style(8))
    if page.figures:
        yield from _pairs("Times", [(one.words, one.value) for one in page.figures])
    if page.kept:
        held = [(one.words, one.value or _links(one.links)) for one in page.kept]
        yield from _pairs("What the record holds", held)
    yield from _heading("What happened")
    for one in page.beats:
        more = [*(f"“{said}”" for said in one.beat.quotes), *one.beat.notes]
        yield from _beside(_time(one.beat.at), [one.beat.text, *more], TIME_WIDTH)


def needs_readers_font(page: StoryPage) -> bool:
    """Does the story hold signs that only the reader's own font can draw? Then the document says so."""
    _register()
    return any(_font_of(sign) == HAN for text in _texts(page) for sign in text)


def _texts(page: StoryPage) -> Iterator[str]:
    yield page.about
    yield from (one.value for one in page.kept)
    for one in page.beats:
        yield from (one.beat.text, *one.beat.quotes, *one.beat.notes)


def _heading(words: str) -> Iterator[Paragraph | Spacer]:
    yield Spacer(0, 4 * mm)
    yield _paragraph(words, _style(11, BOLD))
    yield Spacer(0, 1 * mm)


def _pairs(heading: str, pairs: Iterable[tuple[str, str]]) -> Iterator[Paragraph | Spacer]:
    yield from _heading(heading)
    for words, value in pairs:
        yield from _beside(words, [value], NAME_WIDTH)


def _beside(left: str, right: Sequence[str], width: float) -> Iterator[Paragraph | Spacer]:
    """A narrow column of one line and a wide one, which may run on to the next page."""
    style = ParagraphStyle("", parent=_style(9), leftIndent=width, bulletFontName=PLAIN, bulletFontSize=9)
    for number, text in enumerate(right):
        yield _paragraph(text, style, left if number == 0 else None)
    yield Spacer(0, 1.2 * mm)


def _paragraph(text: str, style: ParagraphStyle, left: str | None = None) -> Paragraph:
    """Joined letters are shaped; where Han signs stand beside them they are not, for their font knows no shapes."""
    fonts = {_font_of(sign) for sign in text}
    shaped = HAN not in fonts and any(_is_backwards(sign) for sign in text)
    return Paragraph(marked(text), ParagraphStyle("", parent=style, shaping=int(shaped)), bulletText=left)


def _style(size: int, font: str = PLAIN) -> ParagraphStyle:
    return ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.35)


def _time(at: datetime) -> str:
    return f"{timezone.localtime(at):%d %b %H:%M:%S}"


def _links(links: Sequence[Where]) -> str:
    return "; ".join(one.words for one in links)


def marked(text: str) -> str:
    """The text as reportlab's markup: escaped, each stretch in a font that has it, right-to-left words in order."""
    lines = (" ".join(_in_order(line.split(" "))) for line in text.split("\n"))
    return "<br/>".join("".join(_stretches(line)) for line in lines)


def _in_order(words: Iterable[str]) -> Iterator[str]:
    """Words that are written from right to left stand in a line the other way round."""
    for backwards, run in groupby(words, key=_is_backwards):
        stretch = list(run)
        yield from reversed(stretch) if backwards else stretch


def _is_backwards(word: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in word)


def _stretches(line: str) -> Iterator[str]:
    for font, signs in groupby(line, key=_font_of):
        text = "".join(signs)
        if font == HAN:
            yield f'<font name="{HAN}">{escape(text)}</font>'
        elif font:
            yield str(escape(text))
        else:
            yield "".join(f"[U+{ord(sign):04X}]" for sign in text)


def _font_of(sign: str) -> str:
    code = ord(sign)
    if code in _known():
        return PLAIN
    return HAN if any(first <= code <= last for first, last in BLOCKS) else ""


@lru_cache(maxsize=1)
def _register() -> None:
    """Make the fonts known to reportlab, once for the process."""
    pdfmetrics.registerFont(TTFont(PLAIN, FONTS / "DejaVuSans.ttf", shapable=True))
    pdfmetrics.registerFont(TTFont(BOLD, FONTS / "DejaVuSans-Bold.ttf", shapable=True))
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """The signs that both fonts have."""
    faces = (pdfmetrics.getFont(name).face for name in (PLAIN, BOLD))
    return frozenset.intersection(*(frozenset(face.charToGlyph) for face in faces))
