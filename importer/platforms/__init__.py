"""The platforms: each file next to this one is one, found by itself."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getmembers, isclass
from types import ModuleType

from importer.platforms.platform import Platform


def _platforms_in(module: ModuleType) -> Iterator[Platform]:
    for _, defined in getmembers(module, isclass):
        if issubclass(defined, Platform) and defined.__module__ == module.__name__:
            yield defined()


def _find() -> Iterator[Platform]:
    for file in pkgutil.iter_modules(__path__):
        if file.name != "platform":
            yield from _platforms_in(import_module(f"{__name__}.{file.name}"))


PLATFORMS: Mapping[str, Platform] = {platform.name: platform for platform in _find()}
