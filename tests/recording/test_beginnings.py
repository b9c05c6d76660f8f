"""From when to when a source was recorded, as the recorder tells it."""

import time
from pathlib import Path

from hearing_server.services.media import TrackBegan, TrackEnded
from recording.recorder import ProcessRecorder

from . import streams
from .reports import Reports, begin, give, track


async def test_every_beginning_and_end_of_a_source_is_reported(tmp_path: Path) -> None:
    """Each with its time on the clock of the segments, an end with its cause; told twice it is one end."""
    reports = Reports()
    recorder = ProcessRecorder(tmp_path / "rec", reports)
    await recorder.start()
    for cause in ("muted", "closed"):
        sink = begin(recorder, "vp8", "camera")
        began = reports.all[-1]
        give(
            sink,
            streams.video_packets("vp8", streams.encode_video("vp8", 30)),
            time.monotonic() - 1,
        )
        sink.on_end(cause)
        sink.on_end("network")
        ended = reports.all[-1]
        assert began == TrackBegan(track=track("camera"), at=began.at)
        assert ended == TrackEnded(track=track("camera"), at=ended.at, cause=cause)
        wall = time.time() * 1000
        assert 0 <= ended.at - began.at < 5000
        assert abs(ended.at - wall) < 1000
    await recorder.flush("h1")
    await recorder.close()
    turns = [report for report in reports.all if isinstance(report, TrackBegan | TrackEnded)]
    assert len(turns) == 4
    assert reports.segments[0].ended_at <= turns[1].at + 500
