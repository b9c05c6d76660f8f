"""The only home of pyHanko: the court's keys, timestamps, and the signatures of a transcript."""

import logging

# What pyHanko would warn about is returned as findings and errors, in one line each.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)
