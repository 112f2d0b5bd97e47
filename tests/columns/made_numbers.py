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


# carrier, the number without its check digit, how it is completed, and the least share of one-digit
# typos that the check digit must find: all with weights prime to 10; with a weight of 2 a digit and
# the one 5 away are the same, by 7 a digit and the one 7 away, and by 11 two remainders share one.
FORMS = {
    "UPS 1Z": ("UPS", r"1Z[0-9A-Z]{6}[0-9]{9}", lambda b: b[:2] + completed(b[2:], (1, 2)), 0.9),
    "UPS waybill": ("UPS", r"[AHJKTV][0-9]{9}", lambda b: b[:1] + completed(b[1:], (1, 2)), 0.9),
    "USPS 22": ("USPS", r"9[45][0-9]{19}", gs1, 1),
    "USPS 26": ("USPS", r"92[0-9]{23}", gs1, 1),
    "USPS 30": ("USPS", r"420[0-9]{5}94[0-9]{19}", routed, 1),
    "USPS 34": ("USPS", r"420[0-9]{5}0[0-9]{3}94[0-9]{19}", routed, 1),
    "USPS 20": ("USPS", r"7[0-9]{18}", gs1, 0.85),  # two digits fit: with a 91 unprinted, or not
    "S10": ("USPS", r"[CELR][A-Z][0-9]{8}US", postal, 0.9),
    "FedEx 12": ("FedEx", r"[0-9]{11}", express, 0.9),
    "FedEx 15": ("FedEx", r"[0-9]{14}", gs1, 1),
    "FedEx 22": ("FedEx", r"96[0-9]{19}", lambda b: b[:7] + gs1(b[7:]), 1),
    "FedEx 34": ("FedEx", r"10[0-9]{18}00[0-9]{11}", lambda b: b[:22] + express(b[22:]), 0.9),
    "DHL 10": ("DHL", r"[0-9]{9}", airway, 0.9),
    "DHL 11": ("DHL", r"[0-9]{10}", airway, 0.9),
}
