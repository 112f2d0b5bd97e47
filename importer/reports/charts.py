"""Charts as SVG inside the page: no script, no address, colours that follow the page's own."""

import sys
from itertools import cycle
from typing import Any

from markupsafe import Markup
from pygal import Config, HorizontalStackedBar, StackedBar
from pygal.etree import etree  # the parser that it chose itself, lxml where that is there
from pygal.style import Style

from importer.model.cells import printable
from importer.reports.model import Chart, Tone

# Importing pygal leaves a finder behind that Python has not known how to ask since 3.4.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

_COLOURS = {
    Tone.GOOD: "var(--good)",
    Tone.NOTE: "var(--note)",
    Tone.ATTENTION: "var(--attention)",
    Tone.PLAIN: "var(--calm)",
}
_OTHERS = ["var(--one)", "var(--two)", "var(--three)", "var(--four)", "var(--five)", "var(--six)"]
_LONGEST_LABEL = 34
_MOST_LABELS = 12


def svg(chart: Chart) -> Markup:
    """The chart as markup to stand in a page; its labels are escaped."""
    kind = HorizontalStackedBar if chart.lying else StackedBar
    drawn = kind(_config(chart), style=_style(chart))
    drawn.x_labels = [_short(label) for label in chart.labels]
    for name, values in chart.series.items():
        drawn.add(_short(name), [value or None for value in values])
    tree = drawn.render_tree()
    for parent in list(tree.iter()):
        for child in [c for c in parent if str(c.tag).endswith(("script", "title"))]:
            parent.remove(child)  # the page has no use for them, and says the words itself
    # Text in a tree is escaped as it is written out.
    return Markup(etree.tostring(tree, encoding="unicode"))  # noqa: S704


def colours_of(chart: Chart) -> dict[str, str]:
    """The colour of each series, as the page's style names it."""
    others = cycle(_OTHERS)
    return {
        name: _COLOURS[chart.tones[name]] if name in chart.tones else next(others)
        for name in chart.series
    }


def legend(chart: Chart) -> dict[str, str]:
    """The series to be told apart by colour; none where the labels name them."""
    named = len(chart.series) == 1 or list(chart.series) == list(chart.labels)
    return {} if named else colours_of(chart)


def _config(chart: Chart) -> Config:
    config: Any = Config()
    bars = len(chart.labels)
    config.js = []  # its tooltips would be fetched from the network
    config.disable_xml_declaration = True
    config.explicit_size = False
    config.no_data_text = "nothing yet"
    config.width = 640
    config.height = 70 + 34 * bars if chart.lying else 300
    config.margin = 8
    config.show_legend = False  # the page's own legend takes the space it needs
    config.print_values = chart.lying and not legend(chart)
    config.print_values_position = "top"
    config.order_min = 0 if chart.whole else None  # no ticks between whole numbers
    if not chart.lying and bars > _MOST_LABELS:
        config.x_labels_major_every, config.show_minor_x_labels = 5, False
    config.show_x_guides = config.show_y_guides = True
    config.max_scale = 6  # ticks
    config.truncate_label = -1
    config.value_formatter = lambda value: f"{round(value, 1):,g}" if value else ""
    config.include_x_axis = True
    config.rounded_bars = 2
    config.spacing = 12
    return config


def _style(chart: Chart) -> Style:
    colours = colours_of(chart).values()
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--soft)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        opacity="1",
        opacity_hover="1",
        transition="0s",
        font_family="inherit",
        label_font_size=12,
        major_label_font_size=12,
        value_font_size=12,
        no_data_font_size=14,
        colors=tuple(colours) or ("var(--one)",),
        value_colors=("var(--ink)",) * max(1, len(colours)),
    )


def _short(label: str) -> str:
    label = printable(label)
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
