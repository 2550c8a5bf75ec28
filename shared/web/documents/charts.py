"""Charts as SVG, made on the server: without script, readable in black and white, with a sentence for who sees none.

Attributes only, no style sheet inside: the same drawing stands on a page and in a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

INK, SOFT, PAPER = "#14213d", "#45506b", "#ffffff"
SHADES = ("#ffffff", "#e3e7ee", "#c3cad8", "#97a3ba", "#5d6b88", "#2c3a5a")
"""From nothing to most: each is darker on black-and-white paper too."""
FONT = 'font-family="sans-serif" font-size="13"'
WIDEST = 760


def heat_map(
    title: str, sentence: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> Markup:
    """Cells that are darker the larger their count is, with the count in each."""
    left, top, wide, high = 62, 26, max(40, (WIDEST - 70) // max(1, len(columns))), 28
    most = max((count for row in counts for count in row), default=0)
    parts = [_text(left + wide * (place + 0.5), top - 8, name, "middle") for place, name in enumerate(columns)]
    for line, (name, row) in enumerate(zip(rows, counts, strict=True)):
        y = top + high * line
        parts.append(_text(left - 8, y + 19, name, "end"))
        for place, count in enumerate(row):
            shade = _shade(count, most)
            parts.append(
                f'<rect x="{left + wide * place}" y="{y}" width="{wide - 2}" height="{high - 2}" '
                f'fill="{SHADES[shade]}" stroke="{SHADES[2]}"/>'
            )
            ink = PAPER if shade >= 4 else INK
            parts.append(_text(left + wide * (place + 0.5) - 1, y + 18, str(count), "middle", ink))
    return _svg(title, sentence, left + wide * len(columns), top + high * len(rows), parts)


def _shade(count: int, most: int) -> int:
    """0 only for nothing; the largest gets the darkest."""
    return 0 if not count else 1 + (len(SHADES) - 2) * (count - 1) // max(1, most - 1)


def bars(title: str, sentence: str, names: Sequence[str], counts: Sequence[int], marked: int | None = None) -> Markup:
    """Upright bars with their counts; `marked`: the place of one that is hatched, such as the one with the median."""
    top, foot, high = 22, 24, 150
    wide = WIDEST / max(1, len(names))
    most = max(counts, default=0) or 1
    parts = [_HATCHED]
    for place, (name, count) in enumerate(zip(names, counts, strict=True)):
        tall = high * count / most
        x, y = wide * place, top + high - tall
        fill = "url(#hatched)" if place == marked else SHADES[4]
        parts.append(
            f'<rect x="{x + 4:.1f}" y="{y:.1f}" width="{wide - 8:.1f}" height="{tall:.1f}" '
            f'fill="{fill}" stroke="{INK}"/>'
        )
        parts.append(_text(x + wide / 2, y - 6, str(count), "middle"))
        parts.append(_text(x + wide / 2, top + high + 17, name, "middle"))
    parts.append(f'<line x1="0" y1="{top + high}" x2="{WIDEST}" y2="{top + high}" stroke="{INK}"/>')
    return _svg(title, sentence, WIDEST, top + high + foot, parts)


_HATCHED = (
    '<defs><pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{PAPER}"/><rect width="3" height="6" fill="{SHADES[5]}"/></pattern></defs>'
)


def flow(title: str, sentence: str, steps: Sequence[str], moves: Sequence[tuple[int, int, int]], out: str) -> Markup:
    """Steps from above to below, joined by lines that are thicker the more files went that way.

    `moves`: (from, to, count) by places of `steps`; the place behind the last one is the way `out`. Ways back and ways
    past a step bend out to the right, each with its count.
    """
    left, wide, high, gap = 8, 400, 34, 30
    names = [*steps, out]
    most = max((count for *_, count in moves), default=1)
    parts = []
    bends = 0
    for start, end, count in sorted(moves):
        thick = 1 + round(9 * count / most)
        y1, y2 = _middle(start, high, gap), _middle(end, high, gap)
        if end == start + 1:
            x = left + wide / 2
            parts.append(_line(f"M{x} {y1 + high / 2} V{y2 - high / 2}", thick))
            parts.append(_text(x + 10 + thick / 2, (y1 + y2) / 2 + 5, str(count)))
        else:
            bends += 1
            x = left + wide + 24 * bends
            dash = ' stroke-dasharray="7 4"' if end < start else ""
            parts.append(_line(f"M{left + wide} {y1 + 6} H{x} V{y2 - 6} H{left + wide}", min(thick, 6), dash))
            parts.append(_text(x + 5, (y1 + y2) / 2 + 5, str(count)))
    for place, name in enumerate(names):
        y = _middle(place, high, gap) - high / 2
        parts.append(
            f'<rect x="{left}" y="{y}" width="{wide}" height="{high}" rx="6" '
            f'fill="{SHADES[1] if place < len(steps) else PAPER}" stroke="{INK}"/>'
        )
        parts.append(_text(left + 12, y + 22, name if len(name) < 56 else name[:54] + "…"))
    return _svg(title, sentence, left + wide + 24 * bends + 50, (high + gap) * len(names), parts)


def _middle(place: int, high: int, gap: int) -> float:
    return place * (high + gap) + high / 2 + 1


def _line(path: str, thick: float, dash: str = "") -> str:
    return f'<path d="{path}" fill="none" stroke="{SHADES[4]}" stroke-width="{thick}"{dash}/>'


def _text(x: float, y: float, said: str, anchor: str = "start", ink: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}" {FONT}>{escape(said)}</text>'


def _svg(title: str, sentence: str, width: float, height: float, parts: Sequence[str]) -> Markup:
    inside = "".join(parts)
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'aria-label="{escape(title)}: {escape(sentence)}"><title>{escape(title)}</title>'
        f"<desc>{escape(sentence)}</desc>{inside}</svg>"
    )
