"""The platforms: each file next to this one is one, found by itself."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getmembers, isclass

from importer.platforms.platform import Platform


def _find() -> Iterator[Platform]:
    names = {f"{__name__}.{file.name}" for file in pkgutil.iter_modules(__path__)}
    for name in sorted(names - {Platform.__module__}):
        for _, defined in getmembers(import_module(name), isclass):
            if issubclass(defined, Platform) and defined.__module__ == name:
                yield defined()


PLATFORMS: Mapping[str, Platform] = {platform.name: platform for platform in _find()}
