"""Charts as SVG inside the page: no scripts, no links, colors from the page's own style."""

import sys
from itertools import cycle

from markupsafe import Markup
from pygal import Config, HorizontalStackedBar, StackedBar
from pygal.etree import etree  # the parser that pygal chose: lxml if it is installed
from pygal.style import Style

from importer.model.cleaning import printable
from importer.reports.model import Chart, Tone

# Importing pygal adds an import finder of a kind that Python has not supported since 3.4.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

_COLORS = {tone: f"var(--{tone})" for tone in Tone} | {Tone.PLAIN: "var(--calm)"}
_OTHERS = ["var(--one)", "var(--two)", "var(--three)", "var(--four)", "var(--five)", "var(--six)"]
_LONGEST_LABEL = 34
_MOST_LABELS = 12


def svg(chart: Chart) -> Markup:
    """The chart as markup for the page; its labels are escaped."""
    kind = HorizontalStackedBar if chart.horizontal else StackedBar
    drawn = kind(_config(chart), style=_style(chart))
    drawn.x_labels = [*map(_short, chart.labels)]
    for name, values in chart.series.items():
        drawn.add(_short(name), [value or None for value in values])
    tree = drawn.render_tree()
    for parent in list(tree.iter()):  # the page has no scripts, and its own title
        for child in [c for c in parent if str(c.tag).endswith(("script", "title"))]:
            parent.remove(child)
    # Text in a tree is escaped when it is written.
    return Markup(etree.tostring(tree, encoding="unicode"))  # noqa: S704


def colors_of(chart: Chart) -> dict[str, str]:
    """The color of each series, by its name in the page's style."""
    others = cycle(_OTHERS)
    return {
        name: _COLORS[chart.tones[name]] if name in chart.tones else next(others)
        for name in chart.series
    }


def legend(chart: Chart) -> dict[str, str]:
    """The series that only colors tell apart; none if the labels name them."""
    named = len(chart.series) == 1 or list(chart.series) == list(chart.labels)
    return {} if named else colors_of(chart)


def _config(chart: Chart) -> Config:
    bars = len(chart.labels)
    config = Config(
        js=[],  # tooltips would be fetched from the network
        disable_xml_declaration=True,
        explicit_size=False,
        no_data_text="nothing yet",
        width=640,
        height=70 + 34 * bars if chart.horizontal else 300,
        margin=8,
        show_legend=False,  # the page's own legend can wrap
        print_values=chart.horizontal and not legend(chart),
        print_values_position="top",
        order_min=0 if chart.whole_numbers else None,  # no ticks between whole numbers
        show_x_guides=True,
        show_y_guides=True,
        max_scale=6,  # ticks
        truncate_label=-1,
        value_formatter=_shown,
        include_x_axis=True,
        rounded_bars=2,
        spacing=12,
    )
    if not chart.horizontal and bars > _MOST_LABELS:
        config.x_labels_major_every, config.show_minor_x_labels = 5, False
    return config


def _shown(value: float | None) -> str:
    return f"{round(value, 1):,g}" if value else ""


def _style(chart: Chart) -> Style:
    colors = colors_of(chart).values()
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
        colors=tuple(colors) or ("var(--one)",),
        value_colors=("var(--ink)",) * max(1, len(colors)),
    )


def _short(label: str) -> str:
    label = printable(label)
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
