"""The procedure of a service as a picture: one box for each step in its order, ways back drawn beside them.

It is made from the steps, so it is right by construction. Drawn in the colour of the text around it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from shared.domain.standards.standard import Role, Step

WIDE, GAP, PAD = 560, 34, 16
LINE, LETTERS = 24, 46
"""Height of a line of words, and how many letters stand in one."""
MARGIN = 150
"""On the right, for the ways back."""


@dataclass(frozen=True, slots=True)
class _Box:
    number: int
    step: Step
    words: Sequence[str]
    x: int
    y: int

    @property
    def height(self) -> int:
        return LINE * (1 + len(self.words)) + 2 * PAD


def procedure_picture(
    steps: Sequence[Step], name: str, say: Callable[[str], str], language: str = "id", columns: int = 1
) -> Markup:
    """An SVG with its own title and description. `columns`: more than one for a wide screen; then ways back are words.

    `say`: the words of the catalogue in `language`.
    """
    boxes = _laid_out(steps, language, columns, say)
    width = columns * WIDE + (columns - 1) * GAP + (MARGIN if columns == 1 else 4) + 4
    height = max((box.y + box.height for box in boxes), default=0) + 4
    told = "; ".join(f"{box.number}. {_title(box.step, language)} ({say(f'role.{box.step.role}')})" for box in boxes)
    parts = [_arrow(one, other) for one, other in pairwise(boxes)]
    if columns == 1:
        parts += _ways_back(boxes)
    parts += [_drawn(box, say) for box in boxes]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="procedure" role="img" viewBox="0 0 {0} {1}" width="{0}" '
        'height="{1}" font-size="19" font-family="Atkinson Hyperlegible Next, Noto Sans, Arial, sans-serif" '
        'fill="none" stroke="currentColor" stroke-width="2"><title>{2}</title><desc>{3}</desc>{4}</svg>'
    ).format(width, height, f"{say('component.steps')}: {name}", told, Markup("").join(parts))


def _title(step: Step, language: str) -> str:
    return (language == "en" and step.title_en) or step.title


def _laid_out(steps: Sequence[Step], language: str, columns: int, say: Callable[[str], str]) -> list[_Box]:
    """The boxes column by column, of nearly equal length."""
    per_column = -(-len(steps) // columns) if steps else 0
    numbers = {step.key: number for number, step in enumerate(steps, 1)}
    boxes: list[_Box] = []
    y = 2
    for place, step in enumerate(steps):
        if place % per_column == 0:
            y = 2
        words = textwrap.wrap(_title(step, language), LETTERS)
        back = [numbers[key] for key in step.may_send_back_to if key in numbers]
        if columns > 1 and back:
            words.append(f"{say('If something is wrong')}: {', '.join(map(str, back))}")
        box = _Box(place + 1, step, words, 2 + place // per_column * (WIDE + GAP), y)
        boxes.append(box)
        y += box.height + GAP
    return boxes


def _drawn(box: _Box, say: Callable[[str], str]) -> Markup:
    middle = box.y + box.height // 2
    lines = [
        Markup('<text x="{}" y="{}" fill="currentColor" stroke="none"{}>{}</text>').format(
            box.x + 84,
            box.y + PAD + 18 + LINE * place,
            Markup("") if place else Markup(' font-weight="700"'),
            words,
        )
        for place, words in enumerate([str(say(f"role.{box.step.role}")), *box.words])
    ]
    shape = (
        '<rect x="{0}" y="{1}" width="{2}" height="{3}" rx="14"{6}/><circle cx="{4}" cy="{5}" r="24"/>'
        '<text x="{4}" y="{7}" text-anchor="middle" font-weight="700" fill="currentColor" stroke="none">{8}</text>'
    )
    dashed = Markup("") if box.step.role is not Role.APPLICANT else Markup(' stroke-dasharray="8 5"')
    return Markup(shape).format(
        box.x, box.y, WIDE, box.height, box.x + 44, middle, dashed, middle + 7, box.number
    ) + Markup("").join(lines)


def _arrow(one: _Box, other: _Box) -> Markup:
    """Down to the next box, or over to the head of the next column."""
    start, end = one.y + one.height, other.y
    x = one.x + WIDE // 2
    if one.x == other.x:
        return Markup('<path d="M{0} {1}V{2}m-7 -9l7 9 7 -9"/>').format(x, start, end - 1)
    across = one.x + WIDE
    middle = one.y + one.height // 2
    return Markup('<path d="M{0} {1}h{2}V{3}h{2}m-9 -7l9 7 -9 7"/>').format(
        across, middle, GAP // 2, other.y + other.height // 2
    )


def _ways_back(boxes: Sequence[_Box]) -> list[Markup]:
    """Dashed lines on the right, each in a lane of its own, from a step to the one it may be sent back to."""
    of_key = {box.step.key: box for box in boxes}
    of_key[Role.APPLICANT.value] = next((box for box in boxes if box.step.role is Role.APPLICANT), boxes[0])
    ways = [(box, of_key[key]) for box in boxes for key in box.step.may_send_back_to if key in of_key]
    ways = [(one, other) for one, other in ways if other.number < one.number]
    room = MARGIN // (len(ways) + 1)
    drawn = []
    for lane, (one, other) in enumerate(sorted(ways, key=lambda way: way[0].number - way[1].number), 1):
        start = one.y + one.height // 2 + 10
        end = other.y + other.height // 2 - 10
        drawn.append(
            Markup('<path stroke-dasharray="6 5" d="M{0} {1}h{2}V{3}h-{2}"/><path d="M{4} {5}l-9 7 9 7"/>').format(
                one.x + WIDE, start, lane * room, end, one.x + WIDE + 10, end - 7
            )
        )
    return drawn
