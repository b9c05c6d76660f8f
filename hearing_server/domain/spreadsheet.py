"""Cells of a CSV file that no spreadsheet takes for a formula. Pure."""

# OWASP, CSV injection. Chinese and Japanese spreadsheets reckon with the full-width signs as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARKED = (*FORMULA, "'")


def safe(cell: str) -> str:
    """A cell that no spreadsheet reckons with."""
    return f"'{cell}" if cell.startswith(MARKED) else cell


def meant(cell: str) -> str:
    """What a safe cell was made of."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(MARKED) else cell
