"""The likely words of a case, as they are handed to the child that recognises a file: a line of JSON in its
environment.
"""

import json
from collections.abc import Mapping

WORDS = "LIKELY_WORDS"


def words_given(environment: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(map(str, json.loads(environment.get(WORDS, "[]"))))
