"""The chart of `make bench`: how long everybody takes, as a picture that needs nobody."""

from collections.abc import Mapping, Sequence
from html import escape

_ROW, _BAR, _LEFT, _WIDTH = 22, 14, 190, 760
_OURS, _OTHERS = "#1d5a8c", "#9aa5b1"


def bars(panels: Mapping[str, Mapping[str, float]], ours: Sequence[str]) -> str:
    """Return an SVG with a panel for each task: a bar for each contender, by milliseconds."""
    rows, y = [], 0
    for title, seconds in panels.items():
        y += 34
        rows.append(f'<text x="8" y="{y - 10}" class="t">{escape(title)}, milliseconds</text>')
        longest = max(seconds.values())
        for name, took in sorted(seconds.items(), key=lambda item: item[1]):
            width = max(1.0, (_WIDTH - _LEFT - 70) * took / longest)
            color = _OURS if name in ours else _OTHERS
            rows.append(
                f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
                f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{color}"/>'
                f'<text x="{_LEFT + width + 6:.1f}" y="{y + 12}">{took * 1000:.2f}</text>'
            )
            y += _ROW
    style = "text{font:13px sans-serif;fill:#1b1f24}.t{font-weight:bold}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 8}" role="img">'
        f"<title>{escape(', '.join(panels))}: milliseconds by implementation</title>"
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        + "\n".join(rows)
        + "</svg>\n"
    )
