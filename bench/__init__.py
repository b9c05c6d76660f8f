"""What measures the project: `python -m bench [NAME [options]]`, each figure one JSON line."""
