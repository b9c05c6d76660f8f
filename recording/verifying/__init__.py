"""Says what a hearing's folder, or a copy of it, proves: offline, without database, server or key.

source.py opens it and trusts no name in it, logbook.py reads the log, roots.py checks who signed it,
segments.py the files, gaps.py (domain/continuity.py) the time between; record.py puts it together.
"""
