"""Every page as people see it: runs the browsers' tests and keeps a picture of whatever they look at.

    python -m tests.e2e.gallery [test_witness.py …]

writes into test-results/gallery, with an index.html that shows all of them side by side and a
faults.txt that says what is wrong.
"""

import html
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "test-results" / "gallery"
STYLE = (
    "body{font:16px sans-serif;margin:24px}figure{display:inline-block;margin:8px}img{height:360px}"
)


def index(folder: Path) -> str:
    """One row a place; its pictures are named place-size-language.png."""
    rows = []
    pictures = sorted(folder.glob("*.png"))
    for place, shots in groupby(pictures, key=lambda path: path.stem.rsplit("-", 2)[0]):
        figures = "".join(
            f'<figure><a href="{html.escape(shot.name)}"><img loading="lazy" src="{html.escape(shot.name)}"></a>'
            f"<figcaption>{html.escape(shot.stem[len(place) + 1 :])}</figcaption></figure>"
            for shot in shots
        )
        rows.append(f"<h2>{html.escape(place)}</h2>{figures}")
    return (
        f'<!doctype html><meta charset="utf-8"><title>Gallery</title><style>{STYLE}</style>'
        + "".join(rows)
    )


def main(wanted: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "faults.txt").write_text("")
    tests = [str(HERE / name) for name in wanted] or [str(HERE)]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", *tests],
        env={**os.environ, "GALLERY": str(FOLDER)},
        check=False,
    )
    (FOLDER / "index.html").write_text(index(FOLDER))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures: {FOLDER / 'index.html'}")
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
