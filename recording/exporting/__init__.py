"""Exports as jobs: one order, one or two processes with limits, one file; resumed where it was left."""
