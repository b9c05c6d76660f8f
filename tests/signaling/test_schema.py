from pathlib import Path

from signaling.schema import main, render

COMMITTED = Path(__file__).parents[2] / "web_client" / "protocol.schema.json"


def test_committed_schema_is_current() -> None:
    """The client's types are made from this very protocol (`python -m signaling.schema PATH`)."""
    assert COMMITTED.read_text(encoding="utf-8") == render()


def test_writes_to_a_path(tmp_path: Path) -> None:
    """Given a path, the schema is written there."""
    main([str(tmp_path / "schema.json")])
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == render()
