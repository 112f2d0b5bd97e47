"""Check digits of tracking numbers: of one number, or of many of one length at once.

A number is given as what its characters are worth, and many as a line for each place, so that
both are reckoned by the same rule: `number[-1]` is a digit of one, or the last digits of all.
The digits are told from the right: zeros and routing before a number change nothing then.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Place: TypeAlias = "int | np.ndarray[Any, np.dtype[np.int16]]"
Worth: TypeAlias = Sequence[Place]
Fits: TypeAlias = "bool | np.ndarray[Any, np.dtype[np.bool_]]"

# A letter counts the last digit of its ASCII code less 3, UPS's own table: A is 2, B is 3. The 10
# on top changes no sum modulo 10, and lets no letter be a check digit.
_WORTH = bytes(
    code - ord("0") if chr(code).isdigit() else (code - 3) % 10 + 10 for code in range(128)
).ljust(256)


def worth(number: str) -> bytes:
    """What each character of an ASCII number counts.

    >>> [*worth("1ZA9")]
    [1, 17, 12, 9]
    """
    return number.encode().translate(_WORTH)


def worth_of_all(numbers: Sequence[str]) -> Worth:
    """The same of ASCII numbers of one length, by place: first the first character of each.

    >>> [line.tolist() for line in worth_of_all(["123", "456"])]
    [[1, 4], [2, 5], [3, 6]]
    """
    flat = np.frombuffer(worth("".join(numbers)), np.uint8)
    return [*flat.reshape(len(numbers), -1).T.astype(np.int16)]


def mod10(number: Worth, weights: Sequence[int] = (3, 1)) -> Fits:
    """GS1's check digit, and with weights 1 and 2 that of UPS."""
    return number[-1] == -_weighted(number[:-1], weights) % 10


def mod11(number: Worth) -> Fits:
    """FedEx Express: weights 1, 3, 7, and a remainder of 10 is written 0."""
    return number[-1] == _weighted(number[:-1], (1, 3, 7)) % 11 % 10


def mod7(number: Worth) -> Fits:
    """DHL Express and other air waybills: the rest of a division by 7."""
    powers_of_ten = (1, 3, 2, 6, 4, 5)  # modulo 7
    return number[-1] == _weighted(number[:-1], powers_of_ten) % 7


def s10(number: Worth) -> Fits:
    """UPU standard S10: 11 less the remainder, where 10 is written 0 and 11 is written 5.

    >>> s10(worth("RR473124829GB"))  # the standard's own example
    True
    """
    rest = _weighted(number[2:10], (7, 9, 5, 3, 2, 4, 6, 8)) % 11
    return number[10] == (11 - rest) % 10 + 4 * (rest == 0)


def impb(number: Worth) -> Fits:
    """USPS Publication 199: over the package's own 22 or 26 digits, not over 420 and the ZIP."""
    if len(number) in _PACKAGE:
        return mod10(number)
    after_zip = (number[len("42012345") :], number[len("420123456789") :])
    first, *second = ((p[0] == 9) & mod10(p) for p in after_zip if len(p) in _PACKAGE)
    return first | second[0] if second else first


_PACKAGE = (22, 26)  # digits


def with_application(number: Worth) -> Worth:
    """20 digits of USPS with the identifier that is left out in print: 92, and 91 before it.

    >>> with_application(worth("61299998820821171811"))[:4]
    [9, 2, 6, 1]
    """
    parcel_select = (number[0] == 6) & (number[1] == 1)  # as 92 has it
    return [9, 1 + parcel_select, *number]


def _weighted(body: Worth, weights: Sequence[int]) -> Place:
    """The sum of the places times the weights, which begin at the right and repeat."""
    backwards, step = body[::-1], len(weights)
    return sum(weight * sum(backwards[place::step]) for place, weight in enumerate(weights))
