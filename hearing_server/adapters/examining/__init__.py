"""What an uploaded file really is, found out in a child process with hard limits.

`examine.py`, `renditions.py` and `bare.py` start a child and take what it says or writes (`ask.py`);
`child.py` and what it imports run inside it, and nowhere else: the only home of pypdf, pillow, pi-heif and
filetype. Nothing of a stranger's file is parsed outside.
"""
