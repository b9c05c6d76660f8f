"""Why the recorder's worker ended."""


def exit_text(status: int) -> str:
    """Why a worker ended, for people."""
    known = {
        0: "the recorder's worker was asked to end",
        3: "another recorder is at work in this folder",
        4: "the recordings folder cannot be written",
    }
    return known.get(status, f"the recorder's worker ended with status {status}")
