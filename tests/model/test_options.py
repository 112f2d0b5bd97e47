import pytest

from importer.model.options import ReadingOptions, Share, UploadOptions


@pytest.mark.parametrize(
    ("text", "rows", "limit"),
    [("1", 50, 1), ("60", 50, 60), ("20%", 50, 10), ("2.5%", 50, 2), ("1%", 3, 1), ("100%", 7, 7)],
)
def test_a_share_is_a_number_of_rows_of_which_at_least_one_counts(text, rows, limit):
    share = Share.parse(text)

    assert share.of(rows) == limit
    assert str(share) == text


@pytest.mark.parametrize("text", ["", "0", "-1", "ten", "0%", "101%", "-5%", "%", "1.5", "1/0%"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError):
        Share.parse(text)


def test_options_for_a_platform_change_nothing_else():
    asked = UploadOptions(ReadingOptions("add_tracking", split=True), strict=True)

    assert asked.for_platform("sellercloud") == UploadOptions(
        ReadingOptions("add_tracking", split=True, platform="sellercloud"), strict=True
    )
