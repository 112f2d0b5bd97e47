"""Which carriers a tracking number may belong to, and whether its check digit is right.

Formats evolve and carriers reuse each other's lengths, so all of this is advice: a check digit
that fits is no proof (one number in ten fits by chance, and so do some that Excel has damaged),
and one that does not fit may be a carrier's own sample.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, filterfalse, product
from typing import Literal

import numpy as np

from importer.columns.check_digits import (
    Fits,
    Worth,
    impb,
    mod7,
    mod10,
    mod11,
    s10,
    with_application,
    worth,
    worth_of_all,
)
from importer.model.spelling import key

Carrier = Literal["UPS", "USPS", "FedEx", "DHL"]

# What a carrier's name begins with, without case and spaces: "UPS Ground", "Fed Ex", "dhl_express".
_NAMES: dict[str, Carrier] = {
    "ups": "UPS",
    "usps": "USPS",
    "stampscom": "USPS",  # ShipEngine's code of the account that sells USPS labels
    "fedex": "FedEx",
    "federalexpress": "FedEx",
    "dhl": "DHL",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A carrier that has numbers of this form; `check` is None where the form has no digit."""

    carrier: Carrier
    form: str
    check: bool | None


def carriers_of(number: str) -> tuple[Match, ...]:
    """Every carrier that the upper-case number, without spaces, may belong to.

    >>> carriers_of("1Z999AA10123456784")
    (Match(carrier='UPS', form='1Z', check=True),)
    >>> [match.carrier for match in carriers_of("9261292700768711948021")]
    ['USPS', 'FedEx', 'UPS', 'DHL']
    """
    return tuple(
        Match(carrier, form.name, check)
        for form, check in _fitting(number)
        for carrier in form.carriers
    )


def infer_carrier(number: str) -> Carrier | None:
    """The one carrier whose number it must be; None where there are several, or none.

    >>> infer_carrier("986578788855"), infer_carrier("9261292700768711948021")
    ('FedEx', None)
    """
    forms = list(_fitting(number))
    sole = {form.carriers[0] for form, _ in forms if form.sole}
    carriers = sole or {carrier for form, check in forms if check for carrier in form.carriers}
    return carriers.pop() if len(carriers) == 1 else None


def explain(number: str, carrier: str | None) -> str | None:
    """What a person should check, in one sentence; None where nothing is odd.

    `carrier` may be spelled as people and platforms do; None: the row names none. One that is not
    of the four is not judged, nor is a number of no known form.

    >>> explain("9400111201080805483016", "UPS")
    '"9400111201080805483016" looks like a USPS number, but the carrier is UPS; compare both with \
the label'
    >>> explain("61299998820821171811", "FedEx"), explain("SHIPPED BY TRUCK", "UPS")
    (None, None)
    """
    ours = infer_carrier(number) if carrier is None else _carrier_named(carrier)
    if ours is None or _is_sound(number, ours):
        return None
    if len(number) < 15 and any(check for _, check in _fitting(f"0{number}", ours)):
        # Excel keeps no more digits than 15.
        return (
            f'with the leading zero that Excel drops from "{number}", 0{number} would be a {ours} '
            "number; if the label says so, format the column as Text and write it in full"
        )
    if others := _others(number, ours):
        return (
            f'"{number}" looks like a {" or ".join(others)} number, but the carrier is {ours}; '
            "compare both with the label"
        )
    if any(_fitting(number, ours)):
        return (
            f'the check digit of "{number}" does not fit a {ours} number; compare it with the label'
        )
    return None


def odd_ones(numbers: Sequence[str | None], carriers: Sequence[str | None]) -> dict[int, str]:
    """What `explain` says of each number beside its carrier, by position; of the odd ones alone.

    Numbers of one length and carrier are looked at together, and one by one where they may be odd.

    >>> odd_ones(["1Z999AA10123456784", None, "986578788855"], ["UPS", "UPS", "DHL"])
    {2: '"986578788855" looks like a FedEx number, but the carrier is DHL; compare both with the \
label'}
    """
    sentences: dict[int, str] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        block = slice(begin, begin + _AT_ONCE)
        odd = _odd_in_block(numbers[block], carriers[block])
        sentences |= {begin + i: odd[i] for i in sorted(odd)}
    return sentences


_AT_ONCE = 1 << 14  # numbers: more are no faster, as they leave the processor's cache


def _odd_in_block(numbers: Sequence[str | None], carriers: Sequence[str | None]) -> dict[int, str]:
    alike: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    for i, (number, carrier) in enumerate(zip(numbers, carriers, strict=True)):
        if number is not None:
            alike[len(number), carrier].append(i)
    sentences: dict[int, str] = {}
    for (_, carrier), places in alike.items():
        texts = [numbers[i] or "" for i in places]
        if odd := _odd_of(texts, carrier):
            pairs = zip(places, texts, strict=True)
            sentences |= {i: odd[text] for i, text in pairs if text in odd}
    return sentences


def _odd_of(numbers: Sequence[str], carrier: str | None) -> dict[str, str]:
    """What `explain` says of the odd ones of these numbers, which are of one length."""
    ours = None if carrier is None else _carrier_named(carrier)
    if carrier is not None and ours is None:
        return {}
    forms = _BY_LENGTH.get((len(numbers[0]), ours), ()) if ours else ()
    for pattern, form in sorted(forms, key=lambda one: not one[0].fullmatch(numbers[0])):
        numbers = _unfit(numbers, pattern, form) if numbers else ()
    return {number: odd for number in {*numbers} if (odd := explain(number, carrier))}


def _unfit(numbers: Sequence[str], pattern: re.Pattern[str], form: "_NumberForm") -> Sequence[str]:
    """The numbers that have not the form, or not its check digit; they are of one length."""
    unlike = [*filterfalse(pattern.fullmatch, numbers)]
    like = [*{*numbers}.difference(unlike)] if unlike else numbers
    if form.check is None or not like:
        return unlike
    fits = np.asarray(form.check(worth_of_all(like)))
    return [*unlike, *compress(like, (~fits).tolist())]


def _is_sound(number: str, carrier: Carrier) -> bool:
    """Whether it has a form of the carrier's whose check digit fits, or that has none."""
    return any(check is not False for _, check in _fitting(number, carrier))


@lru_cache(maxsize=256)
def _carrier_named(text: str) -> Carrier | None:
    named = key(text[:64])
    return next((carrier for name, carrier in _NAMES.items() if named.startswith(name)), None)


def _others(number: str, ours: Carrier) -> tuple[Carrier, ...]:
    """The carriers that the number speaks for, if ours is not among them."""
    for form, check in _fitting(number):
        if (check or form.sole) and ours not in form.carriers:
            return form.carriers
    return ()


@dataclass(frozen=True, slots=True)
class _NumberForm:
    name: str
    carriers: tuple[Carrier, ...]  # the one whose form it is first
    pattern: str  # of fixed parts only: nothing in it can be tried twice
    lengths: Collection[int]
    check: Callable[[Worth], Fits] | None = None
    sole: bool = False  # nobody else has numbers that look so


def _after_1z(number: Worth) -> Fits:
    return mod10(number[2:], (1, 2))


def _with_application(number: Worth) -> Fits:
    return mod10(with_application(number))


def _with_or_without_application(number: Worth) -> Fits:
    return mod10(number) | _with_application(number)


_ZIP = r"(?:420[0-9]{5}(?:[0-9]{4})?)?"
_IMPB_LENGTHS = (22, 26, 30, 34, 38)
_FORMS = (
    # UPS: "What is a Tracking Number?", ups.com/help-center, lists 1Z and 16 more, a letter and 10
    # digits, and MI with a 6-digit customer number and up to 22 characters. It also lists 9 and 12
    # digits, with no rule: as a form they would fit too much. The check digit is that of the
    # Guide to Labeling, over what follows the 1Z; the waybill's, over what follows the letter, as
    # published in jkeen/tracking_number_data (K2479825491).
    _NumberForm("1Z", ("UPS",), r"1Z[0-9A-Z]{16}", [18], _after_1z, sole=True),
    # SurePost has service YW or YP, and USPS delivers it: a vendor may name either.
    _NumberForm("SurePost", ("USPS",), r"1Z[0-9A-Z]{6}Y[PW][0-9A-Z]{8}", [18], _after_1z),
    _NumberForm("waybill", ("UPS",), r"[AHJKTV][0-9]{10}", [11], lambda n: mod10(n[1:], (1, 2))),
    _NumberForm("Mail Innovations", ("UPS", "USPS"), r"MI[0-9]{6}[0-9A-Z]{1,22}", range(9, 31)),
    # USPS: Publication 199, Intelligent Mail package barcode: 22 or 26 digits, alone or after 420
    # and a ZIP of 5 or 9. 94 and 95 are labels bought from USPS. 91 to 93 are commercial mailers':
    # among them FedEx (SmartPost), UPS (SurePost, Mail Innovations) and DHL (eCommerce), which
    # carry a parcel to the post office that delivers it.
    _NumberForm("IMpb", ("USPS",), _ZIP + r"9[45][0-9]{20}(?:[0-9]{4})?", _IMPB_LENGTHS, impb),
    _NumberForm(
        "commercial IMpb",
        ("USPS", "FedEx", "UPS", "DHL"),
        _ZIP + r"9[1-3][0-9]{20}(?:[0-9]{4})?",
        _IMPB_LENGTHS,
        impb,
    ),
    # USPS: Publication 109, 2-8.5.3: a service code, 9 digits of the customer, 8 of the piece; some
    # labels count a 91 in that they do not print. 00 would begin a GS1 container code.
    _NumberForm("20 digits", ("USPS",), r"(?!00)[0-9]{20}", [20], _with_or_without_application),
    # FedEx SmartPost prints its USPS number without the application identifier (SmartPost Job Aid).
    _NumberForm("SmartPost", ("FedEx",), r"(?!00)[0-9]{20}", [20], _with_application),
    # USPS: "Tracking" on usps.com: Global Express Guaranteed is 82 000 000 00.
    _NumberForm("Global Express Guaranteed", ("USPS",), r"82[0-9]{8}", [10]),
    # All posts: UPU standard S10. Another country's parcel is USPS's to deliver, and Deutsche
    # Post's and DHL eCommerce's to send.
    _NumberForm("S10", ("USPS",), r"[A-Z]{2}[0-9]{9}US", [13], s10, sole=True),
    _NumberForm(
        "S10 of another post", ("USPS", "DHL"), r"[A-Z]{2}[0-9]{9}(?!US)[A-Z]{2}", [13], s10
    ),
    # FedEx: Ground Bar Code & Label Layout Specification (FY04.A), "Check digit calculation
    # algorithms": 96 and 20 more, of which the last 15 are the number and carry the check digit.
    _NumberForm("Ground", ("FedEx",), r"[0-9]{15}", [15], mod10),
    _NumberForm("Ground 96", ("FedEx",), r"96[0-9]{20}", [22], lambda n: mod10(n[-15:])),
    # FedEx: the 12 digits of Express, alone or as the last of the 34 in its bar code, where there
    # is room for 14; as published in jkeen/tracking_number_data.
    _NumberForm("Express", ("FedEx",), r"[0-9]{12}", [12], mod11),
    _NumberForm("34 digits", ("FedEx",), r"(?:10|96)[0-9]{32}", [34], lambda n: mod11(n[-14:])),
    # DHL: "Shipment tracking labels", dhl.com: Express has 10 digits, or begins with JJD or JVGL;
    # eCommerce with GM, LX or RX, in 10 to 39 characters; Freight has 9, 10 or 14 digits, and no
    # check digit. Express with 11 digits, and the 7, as published in jkeen/tracking_number_data.
    # JD and digits are JD Logistics' too.
    _NumberForm("Express", ("DHL",), r"[0-9]{10,11}", (10, 11), mod7),
    _NumberForm("piece", ("DHL",), r"J(?:JD|VGL)[0-9]{9,31}", range(12, 36), sole=True),
    _NumberForm("piece JD", ("DHL",), r"JD[0-9]{9,31}", range(11, 34)),
    _NumberForm("eCommerce GM", ("DHL",), r"GM[0-9]{10,37}", range(12, 40), sole=True),
    _NumberForm("eCommerce", ("DHL",), r"[LR]X[0-9]{10,37}", range(12, 40)),
    _NumberForm("14 digits", ("DHL",), r"[0-9]{14}", [14]),
)


_Patterns = list[tuple[re.Pattern[str], _NumberForm]]


def _by_length() -> dict[tuple[int, Carrier | None], _Patterns]:
    """The forms of a length, of one carrier or, under None, of all."""
    forms = defaultdict(list)
    for form in _FORMS:
        for length, carrier in product(form.lengths, (None, *form.carriers)):
            pattern = re.compile(rf"(?!0+\Z)(?:{form.pattern})")  # zeros alone mean none
            forms[length, carrier].append((pattern, form))
    return dict(forms)


_BY_LENGTH = _by_length()  # what is longer than any of them is never checked


def _fitting(
    number: str, carrier: Carrier | None = None
) -> Iterator[tuple[_NumberForm, bool | None]]:
    """The forms that the number has, of one carrier or of all, and what its check digit says."""
    for pattern, form in _BY_LENGTH.get((len(number), carrier), ()):
        if pattern.fullmatch(number):
            yield form, bool(form.check(worth(number))) if form.check else None
