"""Use cases, and the ports they need as Protocols beside them."""
