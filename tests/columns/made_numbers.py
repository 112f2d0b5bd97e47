"""Tracking numbers with the check digits that their carriers print."""

import string

from hypothesis import strategies as st

from importer.columns.tracking_numbers import carriers_of


def carriers(number, *checks):
    """The carriers whose check digit says one of these, in order."""
    return tuple(match.carrier for match in carriers_of(number) if match.check in checks)


def completed(body, weights):
    """The body and the digit that brings the weighted sum to a multiple of 10; from the right."""
    values = [
        int(c) if c.isdigit() else string.ascii_uppercase.index(c) % 10 + 2 for c in body[::-1]
    ]
    total = sum(value * weights[position % len(weights)] for position, value in enumerate(values))
    return body + next(str(digit) for digit in range(10) if (total + digit) % 10 == 0)


def express(body):
    factors = [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]
    return body + str(sum(int(c) * f for c, f in zip(body, factors, strict=True)) % 11 % 10)


def postal(body):
    total = sum(int(c) * w for c, w in zip(body[2:10], [8, 6, 4, 2, 3, 5, 9, 7], strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return f"{body[:10]}{check}{body[10:]}"


def airway(body):
    return body + str(int(body) % 7)


def gs1(body):
    return completed(body, (3, 1))


def routed(body):
    """The check digit of a package's 22 digits that stand behind 420 and a ZIP."""
    return body[:-21] + gs1(body[-21:])


def made(pattern, complete):
    bodies = st.from_regex(pattern, fullmatch=True).filter(lambda body: body.strip("0"))
    return bodies.map(complete)
