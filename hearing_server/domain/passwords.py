"""What a password must be: long, and nothing that is tried first (NIST SP 800-63B, 5.1.1.2)."""

import re

from hearing_server.domain.errors import Code, Refused

SHORTEST = 12  # characters
LONGEST = 128  # beyond this, hashing is what an attacker makes us do
DISTINCT = 5  # characters at the least

# The commonest words of leaked passwords, long ones and those that are lengthened by digits.
COMMON = frozenset(
    " ".join(
        (
            "password passw0rd p@ssword p@ssw0rd qwerty qwertyuiop qwertyuiopasdfgh asdfghjkl",
            "asdfgh zxcvbnm 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y qazwsx",
            "qazwsxedc admin administrator letmein welcome iloveyou woaini woaini1314 monkey",
            "dragon football baseball sunshine princess superman batman trustno1 master login",
            "abc abcdef abcdefgh abcdefghijkl changeme default secret court judge clerk",
            "hearing test guest root user temp qwe asd zxc 5201314 1314520 wang zhang nihao",
            "zhongguo beijing sichuan chengdu fayuan mima correcthorsebatterystaple",
            "passwordpassword adminadmin",
        )
    ).split()
)
RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def check_password(password: str, login: str, name: str) -> None:
    """Refused(weak_password) with why: short, long, own_name, common or plain."""
    fault = _fault(password, login, name)
    if fault:
        raise Refused(Code.WEAK_PASSWORD, fault)


def _fault(password: str, login: str, name: str) -> str:
    folded = password.casefold()
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if any(len(own) >= 3 and own.casefold() in folded for own in (login, name, *name.split())):
        return "own_name"
    if len(set(folded)) < DISTINCT or _in_a_row(folded):
        return "plain"
    if _stem(folded) in COMMON or folded in COMMON:
        return "common"
    return ""


def _stem(folded: str) -> str:
    """The word without the digits and signs that people put around it."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)


def _in_a_row(folded: str) -> bool:
    """One run of the alphabet, the keyboard or the digits, either way, or one piece repeated."""
    around = "".join((folded, folded))[1:-1]
    return folded in around or any(
        folded in run or folded in run[::-1] for run in (*RUNS, *(run * 2 for run in RUNS))
    )
