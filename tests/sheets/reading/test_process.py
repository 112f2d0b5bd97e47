"""Another process of this interpreter is given its words and a content."""

import subprocess

from importer.sheets.reading.process import start


def test_a_process_is_given_its_words_and_the_content(tmp_path, monkeypatch):
    (tmp_path / "louder.py").write_text(
        "import sys\n\n\ndef main(head):\n    print(head['word'], sys.stdin.read().upper())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    with start("louder", {"word": "once"}, b"more", subprocess.PIPE) as process:
        answer, _ = process.communicate()

    assert answer.decode().split() == ["once", "MORE"]
