"""What an uploaded file really is, found out in a child process with hard limits.

`examine.py` starts a child and reads its verdict; `child.py` and what it imports run inside it, and
nowhere else: the only home of pypdf, pillow and filetype. Nothing of a stranger's file is parsed outside.
"""
