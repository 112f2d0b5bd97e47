"""The samples of an operation, and the files that say what must become of them."""

import json
from pathlib import Path
from typing import Any

from importer.model.options import UploadOptions
from importer.runs.prepare import Prepared, prepare
from importer.runs.validate import Validation
from importer.settings.settings import Settings

SAMPLES = Path(__file__).parents[1] / "samples"


def sample(stem: str) -> Path | None:
    """The sheet of that name, whatever its format."""
    sheets = (path for path in SAMPLES.glob(f"{stem}.*") if path.suffix in {".xlsx", ".csv"})
    return next(sheets, None)


def prepared(stem: str) -> Prepared:
    sheet = sample(stem)
    assert sheet is not None, f"there is no sample {stem}"
    return prepare(sheet, UploadOptions(), Settings())


def plan_file(name: str) -> Path:
    return SAMPLES / f"{name}.plan.json"


def problems_file(name: str) -> Path:
    return SAMPLES / f"{name}_mistakes.problems.json"


def plan_of(sheet: Prepared) -> list[dict[str, Any]]:
    return [
        {"method": call.method, "path": call.path, "body": call.body, "rows": call.sheet_rows}
        for call in sheet.calls
    ]


def problems_of(validation: Validation) -> dict[str, list[dict[str, Any]]]:
    kinds = {"problems": validation.problems, "warnings": validation.warnings}
    return {
        kind: [{"row": p.row, "column": p.column, "message": p.message} for p in problems]
        for kind, problems in kinds.items()
    }


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, values: Any) -> None:
    text = json.dumps(values, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
