"""Packets to samples: in order or not, with holes, with lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recording.streams import Packet
from transcript.speech.sound import FRAME_S, SenderClock, Sound, parse

from .voices import LOW, packets, silence, voice


def heard(sound: Sound, sent: list[Packet], begin: float = 100.0) -> list[float]:
    """When each frame was said, of packets that come at once."""
    return [frame.at for packet in sent for frame in sound.feed(packet.data, begin + packet.at)]


def test_a_second_is_fifty_frames_at_their_times() -> None:
    times = heard(Sound(), list(packets(voice(LOW, 1.0))))
    assert 48 <= len(times) <= 50
    assert np.allclose(np.diff(times), FRAME_S, atol=1e-6)
    assert abs(times[0] - 100.0) < 0.03


def test_late_and_repeated_packets_are_left_out() -> None:
    sent = list(packets(silence(0.4)))
    once = len(heard(Sound(), sent))
    assert len(heard(Sound(), [*sent[:10], sent[4], sent[9], *sent[10:]])) == once


def test_a_short_hole_is_silence_and_a_long_one_a_leap() -> None:
    """Times go on where the sender's do: word times stay right after a loss."""
    sent = list(packets(silence(4.0)))
    for lost in (5, 100):
        times = heard(Sound(), [*sent[:20], *sent[20 + lost :]])
        assert times[-1] == pytest.approx(100 + sent[-1].at, abs=0.03)
        assert max(np.diff(times)) < (FRAME_S + 1e-6 if lost == 5 else (lost + 2) * FRAME_S + 0.001)


@given(st.binary(max_size=40))
def test_what_is_no_sound_is_refused_and_nothing_else(junk: bytes) -> None:
    """ValueError for what cannot be read; the next packet is heard."""
    sound = Sound()
    for packet in (junk, b"\x80\x6f\0\1\0\0\0\0\0\0\0\1" + junk):
        try:
            list(sound.feed(packet, 1.0))
        except ValueError:
            continue
    with pytest.raises(ValueError, match="RTP"):
        parse(b"\x80")


def test_a_slow_packet_does_not_move_what_was_said() -> None:
    """The fastest packet of late says when the sender's clock began."""
    clock = SenderClock()
    times = [clock.at(n * 0.02, 50 + n * 0.02 + (0.3 if n == 40 else 0.0)) for n in range(100)]
    assert times[40] == pytest.approx(50.8, abs=0.01)
    assert clock.at(0.0, 60.0) == pytest.approx(60.0), "a sender that counts anew"
