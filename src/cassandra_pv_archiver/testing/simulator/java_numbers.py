"""Floating-point numbers as text, digit for digit as Java 17 writes them."""

from __future__ import annotations

import math
from functools import lru_cache

_FRACTION_BITS = 52
_HIDDEN_BIT = 1 << _FRACTION_BITS
_EXPONENT_BIAS = 1023
_SHORTEST_IS_SAFE = (2.0**-1000, 2.0**50)
"""Magnitudes between which Java's digits are the shortest that read back as the same number, as Python's always are.

Exceptions are powers of two, below which the next number is nearer than Java assumes.
"""


def java_double(value: float) -> str:
    """The text of a finite number.

    There is always a fraction, and an exponent for magnitudes below 1E-3 or from 1E7 on. Java's digits are not
    always the shortest possible: 2E-323 is written as 2.0E-323, but 2**57 as 1.44115188075855872E17.
    """
    magnitude = abs(value)
    if magnitude < 1e7 and value.is_integer():
        return f"{'-' if math.copysign(1.0, value) < 0 else ''}{int(magnitude)}.0"
    if _SHORTEST_IS_SAFE[0] < magnitude < _SHORTEST_IS_SAFE[1] and abs(math.frexp(value)[0]) != 0.5:
        if 1e-3 <= magnitude < 1e7:
            return repr(value)
        digits, exponent = _shortest_digits(magnitude)
    else:
        digits, exponent = _java_digits(magnitude)
    return ("-" if value < 0 else "") + _arranged(digits, exponent)


def _shortest_digits(magnitude: float) -> tuple[str, int]:
    digits, _, exponent = f"{magnitude!r}".partition("e")
    whole, _, fraction = digits.partition(".")
    point = len(whole) + int(exponent or 0)
    significant = (whole + fraction).lstrip("0")
    return significant.rstrip("0"), point - (len(whole + fraction) - len(significant))


def _arranged(digits: str, exponent: int) -> str:
    """Digits behind a decimal point, times ten to the exponent, in the form that Java chooses."""
    if 0 < exponent < 8:
        return f"{digits[:exponent].ljust(exponent, '0')}.{digits[exponent:] or '0'}"
    if -3 < exponent <= 0:
        return f"0.{'0' * -exponent}{digits}"
    return f"{digits[0]}.{digits[1:] or '0'}E{exponent - 1}"


@lru_cache(maxsize=4096)
def _java_digits(magnitude: float) -> tuple[str, int]:
    """Digits and exponent by the algorithm of Java up to release 18."""
    fraction, exponent = math.frexp(magnitude)
    bits, binary_exponent = int(fraction * 2**53), exponent - 1
    precision = 53 if binary_exponent >= 1 - _EXPONENT_BIAS else 53 - (1 - _EXPONENT_BIAS - binary_exponent)
    trailing_zeros = (bits & -bits).bit_length() - 1
    fraction_length = 53 - trailing_zeros
    if fraction_length <= binary_exponent + 1 <= 63:
        return _digits_of_integer(int(magnitude), binary_exponent, precision)
    return _generated_digits(bits >> trailing_zeros, fraction_length, binary_exponent, precision)


def _digits_of_integer(number: int, binary_exponent: int, precision: int) -> tuple[str, int]:
    """An integer of up to 63 bits: all of its digits but those that are certainly beyond its precision."""
    excess = max(binary_exponent - precision - 1, 0)
    dropped = len(str(1 << excess)) - 1
    rounded = (number + (10**dropped >> 1)) // 10**dropped
    digits = str(rounded)
    return digits.rstrip("0"), len(digits) + dropped


def _generated_digits(odd: int, length: int, binary_exponent: int, precision: int) -> tuple[str, int]:
    """Digits one by one, until what is left is less than half the distance to the next number.

    The number is ``numerator / denominator * 10**decimal_exponent``; ``margin`` is that half distance, to the scale of
    the numerator.
    """
    decimal_exponent = _estimated_exponent(odd / (1 << (length - 1)), binary_exponent)
    tiny = max(0, length - binary_exponent - 1)
    fives, fives_below = max(0, -decimal_exponent), max(0, decimal_exponent)
    twos = fives + tiny + binary_exponent
    twos_of_margin = twos - precision
    twos_below = fives_below + tiny
    twos -= length - 1
    common = min(twos, twos_below)
    twos, twos_below, twos_of_margin = twos - common, twos_below - common, twos_of_margin - common
    if length == 1:
        twos_of_margin -= 1
    if twos_of_margin < 0:
        twos, twos_below, twos_of_margin = twos - twos_of_margin, twos_below - twos_of_margin, 0
    numerator = odd * 5**fives << twos
    denominator = 5**fives_below << twos_below
    margin = 5**fives << twos_of_margin
    bits = max(length + twos + _bits_of_five(fives), twos_below + 1 + _bits_of_five(fives_below + 1))
    return _digit_loop(numerator, denominator, margin, decimal_exponent, next((w for w in (32, 64) if bits < w), None))


def _bits_of_five(power: int) -> int:
    if power == 0:
        return 0
    return (5**power).bit_length() if power < 27 else power * 3


def _estimated_exponent(mantissa: float, binary_exponent: int) -> int:
    return math.floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + binary_exponent * 0.301029995663981)


def _digit_loop(
    numerator: int, denominator: int, margin: int, decimal_exponent: int, word: int | None
) -> tuple[str, int]:
    """The loop itself. Java runs it on words of 32 or 64 bits where they suffice, else on big integers."""
    tens = denominator * 10

    def is_high() -> bool:
        above = numerator + margin
        return above >= tens if word is None else _wrapped(above, word) > tens or _wrapped(margin, word) <= 0

    digits: list[int] = []
    quotient, rest = divmod(numerator, denominator)
    numerator, margin = rest * 10, margin * 10
    low, high = numerator < margin, is_high()
    if quotient == 0 and not high:
        decimal_exponent -= 1
    else:
        digits.append(quotient)
    if decimal_exponent < -3 or decimal_exponent >= 8:
        low = high = False  # with an exponent there is always a second digit
    while not low and not high:
        quotient, rest = divmod(numerator, denominator)
        numerator, margin = rest * 10, margin * 10
        low, high = numerator < margin, is_high()
        digits.append(quotient)
    excess = _wrapped(_wrapped(2 * numerator, word) - tens, word)
    if high and (not low or excess > 0 or (excess == 0 and digits[-1] % 2 == 1)):
        return _rounded_up(digits, decimal_exponent + 1)
    return "".join(map(str, digits)), decimal_exponent + 1


def _wrapped(number: int, word: int | None) -> int:
    """What an overflow leaves of a number; it decides between two last digits near 3E25, and not well."""
    if word is None:
        return number
    half = 1 << (word - 1)
    return (number + half) % (2 * half) - half


def _rounded_up(digits: list[int], exponent: int) -> tuple[str, int]:
    number = str(int("".join(map(str, digits))) + 1)
    if len(number) > len(digits):
        return "1" + "0" * (len(digits) - 1), exponent + 1
    return number.zfill(len(digits)), exponent
