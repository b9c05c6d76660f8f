"""What nobody sees in a text: a signer must read the very words, in the very order, that a document holds.

Controls but tab and line break; what turns the direction of reading (UTR 36, section 2.5.2); what takes no
room; lone surrogates and noncharacters. Variation selectors and the two joiners (U+200C, U+200D) stay:
names, Uyghur words and pictographs are written with them.
"""

import re

# Control characters, U+0000 among them, which PostgreSQL takes in no text.
_CONTROLS = "\0-\x08\x0b-\x1f\x7f-\x9f"
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\xad\u200b\u2028\u2029\u2060-\u2065\ufeff\U000e0000-\U000e007f"
_NOTHING = "\ud800-\udfff\ufffe\uffff"

HIDDEN = re.compile(f"[{_CONTROLS}{_TURNS}{_UNSEEN}{_NOTHING}]")
# What a store cannot keep as text, or keeps as something else.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
