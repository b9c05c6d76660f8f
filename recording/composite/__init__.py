"""One picture of the whole hearing, drawn from the segments: the courtroom's layout, the time burned in."""
