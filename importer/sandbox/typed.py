"""Checks that the fields of a value have their declared types: JSON comes in here."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def check_types(value: Any) -> None:
    """Raises ValueError with field and value if a dataclass field has a wrong type."""
    for name, hint in get_type_hints(type(value)).items():
        content = getattr(value, name)
        if not _fits(content, hint):
            raise ValueError(f'{name} cannot be "{content}"; it must be {_words(hint)}.')


def _fits(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return any(_fits(value, each) for each in get_args(hint))
    if origin is Literal:
        return value in get_args(hint) and not isinstance(value, bool)
    return _is_a(value, origin or hint)


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


def _words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(str(choice) for choice in get_args(hint))
    return str(getattr(hint, "__name__", hint))
