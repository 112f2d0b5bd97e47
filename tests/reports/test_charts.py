"""Charts: SVG that fetches nothing, with a legend only if the labels leave something to tell."""

from importer.reports.charts import colors_of, legend, svg
from importer.reports.model import Chart, Tone


def chart(**changes):
    given = {
        "title": "Nights",
        "about": "Few.",
        "labels": ["11-19", "11-20"],
        "series": {"in": [3, 5], "out": [0, 2]},
        "tones": {"in": Tone.GOOD},
    }
    return Chart(**given | changes)


def test_a_chart_has_no_script_no_title_and_no_address():
    drawn = svg(chart())

    assert drawn.startswith("<svg")
    assert [part for part in ("<script", "<title", "http://kozea", ".js") if part in drawn] == []


def test_labels_are_escaped_and_cut_at_a_length_that_fits():
    drawn = svg(chart(labels=["<b>", "x" * 50]))

    assert "&lt;b&gt;" in drawn
    assert "x" * 33 + "…" in drawn
    assert "x" * 34 not in drawn


def test_a_series_has_the_color_of_its_tone_or_one_of_its_own():
    assert colors_of(chart()) == {"in": "var(--good)", "out": "var(--one)"}


def test_series_that_the_labels_name_need_no_legend():
    assert legend(chart()) == colors_of(chart())
    assert legend(chart(series={"rows": [1, 2]})) == {}
    assert legend(chart(series={"11-19": [3, 0], "11-20": [0, 5]})) == {}


def test_a_chart_of_many_days_labels_each_fifth():
    days = [f"11-{day:02}" for day in range(1, 31)]

    drawn = svg(chart(labels=days, series={"in": [1] * 30}))

    assert [day for day in days if f'class="major">{day}<' in drawn] == days[::5]
