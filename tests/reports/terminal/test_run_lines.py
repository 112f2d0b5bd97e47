"""Runs and their calls as the terminal and programs see them."""

from importer.reports.terminal.run_lines import call_story, run_story, runs_table, story_as_json

VARYING = {r"\d{4}-\d\d-\d\d \d\d:\d\d": "2026-11-20 06:30", r"(06:30):\d\d": r"\1:00"}


def test_a_row_that_was_undone_is_one_row_in_the_terminal_and_in_json(context, undone):
    run, counts = context.journal.run(undone), context.journal.counts(undone)

    assert "  rows     1 verified (1 undone)\n" in run_story(context.journal, undone)
    assert "1 verified (1 undone)" in runs_table([(run, counts)], context.journal.now())
    found = story_as_json(context.journal, undone, None)
    assert (found["statuses"], found["undone"]) == ({"verified": 1}, 1)
    assert found["rows"] == [{"row": 2, "status": "verified", "sentence": "Undone by run 2."}]


def test_a_call_is_shown_with_its_body_and_each_answer(context, undone, snapshot):
    snapshot(call_story(context.journal, undone, 1), varying=VARYING)


def test_one_call_in_json_has_only_its_own_attempts(context, undone):
    (call,) = story_as_json(context.journal, undone, 1)["calls"]

    assert (call["number"], call["state"], call["rows"]) == (1, "accepted", [2])
    assert [(a["purpose"], a["status"]) for a in call["attempts"]] == [
        ("write", 200),
        ("read back", 200),
    ]


def test_an_empty_journal_is_a_sentence(context):
    assert runs_table([], context.journal.now()) == "The journal has no runs yet."
