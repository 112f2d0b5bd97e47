"""The contract that a file in operations/ fills in: one endpoint, from columns to read back."""

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

import pandera.pandas as pa

from importer.columns import Kind, Value
from importer.columns.column import Column
from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.platforms.platform import Platform


class Row(pa.DataFrameModel):
    """The columns of an operation and the rules over its rows, as a pandera model.

    A row handed to an operation is a named tuple with the model's fields and `id`, which
    row of the sheet it is. Its values are those of the annotated kinds, None for an empty cell.
    """

    if TYPE_CHECKING:
        id: RowId


UNDO = "undo "  # begins the name of an operation that takes the rows of another back
RowT = TypeVar("RowT", bound=Row)


class Unclear(ValueError):
    """The answer to a question does not show whether the platform has a row."""


class CannotUndo(ValueError):
    """Why a row is left as it is: one sentence for a person."""


class AlreadyUndone(CannotUndo):
    """Nothing is left of the row on the platform."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The values of the row that takes another back, by the fields of the undoing operation."""

    values: Mapping[str, Value]
    but: str = ""  # which of its values stay as they are, and why: sentences for a person


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an operation under the name its values have in a row."""

    name: str
    kind: Kind
    needed: bool
    about: Column

    @property
    def title(self) -> str:
        return self.about.title


class Operation(ABC, Generic[RowT]):
    """One endpoint we can write to.

    `group_by` names the fields whose values make one call. `repeatable` says whether the same
    call may be sent twice without harm. `most_rows` cuts a call where a group is larger.
    `in_reply` says that the reply to the call itself shows what the platform now has;
    `reads_first` that a read back is only proof together with one before the call; `verified` that
    the touched groups are read back at the end of a run unless the user declines. `tracking`
    names the fields of a tracking number and of its carrier, which are judged together.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    platform: ClassVar[type[Platform]]
    group_by: ClassVar[tuple[str, ...]]
    po: ClassVar[str] = "po_id"  # the field that names the purchase order, or what stands for it
    repeatable: ClassVar[bool]
    most_rows: ClassVar[int] = 100  # no vendor documents a limit; a call of 100 rows stays small
    in_reply: ClassVar[bool] = False
    reads_first: ClassVar[bool] = False
    verified: ClassVar[bool] = False
    tracking: ClassVar[tuple[str, str] | None] = None
    keys: ClassVar[tuple[str, ...]] = ()  # the fields that say which line a row sets
    row: type[RowT]

    @abstractmethod
    def call(self, rows: Sequence[RowT]) -> Call:
        """The request that carries these rows of one group; what is None in it is left out."""

    @abstractmethod
    def touches(self, row: RowT) -> tuple[str, ...]:
        """What the row's call changes: calls that share one of these never overlap."""

    def atom(self, row: RowT) -> Hashable:
        """Rows of a group with equal atoms travel in one call, however the group is cut."""
        return row.id

    def read_back(self, rows: Sequence[RowT]) -> Call | None:  # noqa: ARG002  (for those that can)
        """The GET that shows whether the rows of one group were applied; None where none can."""
        return None

    def is_applied(self, row: RowT, content: Any) -> bool | None:  # noqa: ARG002  (for those that can)
        """Whether the JSON read back shows the row applied; None where it cannot be told."""
        return None

    def question(self, rows: Sequence[RowT]) -> Call | None:
        """The GET by which rows of one group are reconciled; it may show less than a read back."""
        return self.read_back(rows)

    def current(self, row: RowT, content: Any) -> Mapping[str, Any] | None:
        """What the platform has of a row, by our names of the fields; None where it lacks it.

        A field that the answer does not show is left out. Raises Unclear where the answer cannot
        tell; the exception's sentence is what it shows instead.
        """
        applied = self.is_applied(row, content)
        if applied is None:
            raise Unclear("the answer does not show it")
        return {} if applied else None

    def extras(self, rows: Sequence[RowT], content: Any) -> list[Mapping[str, Any]]:  # noqa: ARG002  (for those that can)
        """What the answer to one question shows beside its rows; the platform's words."""
        return []

    def subject(self, row: RowT) -> tuple[Value, ...]:
        """What a row sets: of two rows with the same one, the later must be on the platform."""
        return self.identity(row)

    def undoing(self) -> "Operation[Any] | None":
        """The operation that takes rows of this one back; None where the platform has no such."""
        return None

    def taken_back(
        self,
        row: RowT,  # noqa: ARG002  (for those that can)
        before: Mapping[str, Any] | None,  # noqa: ARG002
        content: Any,  # noqa: ARG002
    ) -> TakenBack:
        """The row of `undoing` that takes this one back.

        `before` is what `current` gave before the row was sent, where that was kept; `content` is
        the JSON of a read back now. Raises CannotUndo; AlreadyUndone where nothing is left of it.
        """
        raise CannotUndo(f"{self.platform.title} has no call that takes it back; do it by hand")

    def identity(self, row: RowT) -> tuple[Value, ...]:
        """Two rows with the same identity ask for the same thing; all values by default."""
        return tuple(getattr(row, field.name) for field in self.fields)

    blames: ClassVar[Mapping[str, str]] = {}  # the platform's name of a field -> ours

    @cached_property
    def name(self) -> str:
        """The name of its file: add_tracking."""
        return type(self).__module__.rpartition(".")[2]

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        return self.row.to_schema()

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(
            Field(
                name=str(name),
                kind=cast("Kind", declared.dtype),
                needed=declared.required,
                about=cast("Column", (declared.metadata or {})["column"]),
            )
            for name, declared in self.schema.columns.items()
        )

    @cached_property
    def _record(self) -> Any:
        # pandera never makes an instance of a model, so a row is a named tuple of its name.
        return namedtuple(self.row.__name__, ["id", *(field.name for field in self.fields)])  # noqa: PYI024

    def check_declared(self) -> None:
        """Reads the model. Raises TypeError for what is missing, or what pandera raises."""
        needed = ("title", "summary", "platform", "group_by", "repeatable", "row")
        missing = [name for name in needed if not hasattr(self, name)]
        if missing:
            raise TypeError(f"{type(self).__name__} does not declare {', '.join(missing)}")
        fields = {field.name for field in self.fields}
        named = [*self.group_by, self.po, *self.keys, *(self.tracking or ())]
        unknown = [name for name in named if name not in fields]
        if unknown:
            raise TypeError(f"{self.row.__name__} has no column {', '.join(unknown)}")

    def make_rows(self, ids: Sequence[RowId], values: Mapping[str, Sequence[Value]]) -> list[RowT]:
        """Rows from columns of values, all as long as `ids`."""
        columns = (values[field.name] for field in self.fields)
        rows = zip(ids, *columns, strict=True)
        return [*map(tuple.__new__, repeat(self._record), rows)]  # _make, without a call for each

    def restored(self, row: RowT, before: Mapping[str, Any] | None, content: Any) -> TakenBack:
        """`taken_back` of an operation that sets values: those it set, as they were before.

        A value that somebody has changed since is theirs, and one that was empty cannot be
        emptied, as a field that is None is left out of every call.
        """
        if before is None:
            raise CannotUndo("the values before it were not kept; upload with --undoable to undo")
        now = self.current(row, content)
        if now is None:
            raise CannotUndo("the platform no longer has it")
        changed = self._changed_by(row, before, now)
        if not changed:
            raise AlreadyUndone("it is as it was before")
        reasons = {f.name: _why_it_stays(f, getattr(row, f.name), before, now) for f in changed}
        stays = {name: why for name, why in reasons.items() if why}
        old = {f.name: f.kind.exact(before[f.name]) for f in changed if f.name not in stays}
        but = "; ".join(stays.values())
        if not old:
            raise CannotUndo(but)
        which_row = {name: getattr(row, name) for name in self.keys}
        values = {f.name: None for f in self.fields} | which_row | old
        return TakenBack(values, f"{but}." if but else "")

    def _changed_by(
        self, row: RowT, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> list[Field]:
        """The fields that the row set and that are not as they were before."""
        return [
            field
            for field in self.fields
            if field.name in now
            and getattr(row, field.name) is not None
            and not field.kind.same_as_before(before, now, field.name)
        ]

    def group(self, row: RowT) -> tuple[Value, ...]:
        return tuple(getattr(row, name) for name in self.group_by)


def _why_it_stays(
    field: Field, wanted: Value, before: Mapping[str, Any], now: Mapping[str, Any]
) -> str | None:
    """Why a value that was set is not set back; None where it can be."""
    if not field.kind.same(wanted, now[field.name]):
        return (
            f"{field.title} is {now[field.name]} now, and was set to {wanted}: somebody has "
            "changed it since, so it is left alone"
        )
    if before.get(field.name) in (None, ""):
        return f"{field.title} was empty before, and no call can empty it; do it by hand"
    return None
