"""The rules of a hearing: pure values and functions. No input, no output, no clock, no chance."""
