"""A sheet prepared by the settings of a text."""

import pytest

from importer.model.errors import SheetError
from importer.model.options import ReadingOptions, UploadOptions
from importer.platforms import PLATFORMS
from importer.runs.prepare import prepare
from importer.settings.settings import load_settings

ACCOUNT = """
[accounts.acme]
platform = "sellercloud"
server = "acme"
username_env = "U"
password_env = "P"
"""


NORTH = """
[vendors.north]
operation = "add_tracking"
headings = {"PO ID" = "Our Ref", "tracking number" = "Trk No.", Carrier = "Ship Method"}
constants = {"Shipping Status" = "Fully Shipped", Carrier = "UPS"}
values = {Carrier = {"FDX  Grnd" = "FedEx", "?" = ""}}
date_order = "dmy"
"""


HEADING = "Our Ref,Trk No.,Ship Method,Shipped On,PO ID"


ROW = "10001,1Z999AA10123456784,UPS,03/04/2026,4711"


@pytest.fixture
def load(tmp_path):
    def load(text=NORTH):
        file = tmp_path / "importer.toml"
        file.write_text(ACCOUNT + text, encoding="utf-8")
        return load_settings(file, PLATFORMS)

    return load


@pytest.fixture
def prepared(load, sheet):
    """A sheet of some lines, prepared by the settings of a text."""

    def prepared(*lines, settings=NORTH, **options):
        options = {"vendor": "north", **options}
        return prepare(sheet(*lines), UploadOptions(ReadingOptions(**options)), load(settings))

    return prepared


@pytest.fixture
def refusal(prepared):
    def refusal(*lines, error=SheetError, **more):
        with pytest.raises(error) as refused:
            prepared(*lines, **more)
        return str(refused.value)

    return refusal
