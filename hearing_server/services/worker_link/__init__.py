"""Packets on their way to a worker process, and its word on its way back: for the recorder and the recogniser."""
