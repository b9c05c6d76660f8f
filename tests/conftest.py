"""What holds for every test."""

from hypothesis import settings

# A deadline is a timed test: it fails on a busy machine, and says nothing of the product.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
