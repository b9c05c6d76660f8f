"""The reorder buffer, with numbers."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording.reorder import ReorderBuffer


def numbered(count: int, first: int = 0) -> list[tuple[int, bytes]]:
    return [((first + index) & 0xFFFF, index.to_bytes(4, "big")) for index in range(count)]


def indexes(released: list) -> list[int]:
    return [int.from_bytes(item.packet, "big") for item in released]


@settings(max_examples=60)
@given(seed=st.integers(), first=st.integers(0, 0xFFFF), duplicates=st.floats(0, 0.3))
def test_shuffled_and_doubled_packets_come_out_in_order_once(seed, first, duplicates):
    """Whatever moves by less than the wait comes out in order, each packet once, with no loss."""
    chance = random.Random(seed)
    arrivals = []
    for index, (sequence, data) in enumerate(numbered(400, first)):
        arrivals.append((index * 0.01 + (chance.random() * 0.3 if index else 0), sequence, data))
        if chance.random() < duplicates:
            arrivals.append((index * 0.01 + 0.31, sequence, data))
    buffer, out = ReorderBuffer(hold=0.4), []
    for at, sequence, data in sorted(arrivals):
        out += buffer.expire(at) + buffer.push(sequence, at, data)
    out += buffer.flush()
    assert indexes(out) == list(range(400))
    assert all(item.lost == 0 for item in out)


@settings(max_examples=60)
@given(
    missing=st.sets(st.integers(1, 198), max_size=60),
    first=st.integers(0, 0xFFFF),
)
def test_every_lost_packet_is_counted_where_it_is_missing(missing, first):
    """The counts of lost packets add up to the very packets that never came."""
    buffer, out = ReorderBuffer(hold=0.05), []
    for index, (sequence, data) in enumerate(numbered(200, first)):
        if index not in missing:
            out += buffer.expire(index * 0.01) + buffer.push(sequence, index * 0.01, data)
    out += buffer.flush()
    expected = -1
    for item, index in zip(out, indexes(out), strict=True):
        assert index == expected + 1 + item.lost
        expected = index
    assert expected == 199


def test_a_repaired_packet_within_the_wait_is_no_loss():
    """An RTX that comes 390 ms later closes the hole; one that comes after 400 ms is too late."""
    buffer = ReorderBuffer(hold=0.4)
    buffer.push(1, 0.0, b"1")
    assert buffer.push(3, 0.1, b"3") == []
    assert buffer.expire(0.49) == []
    assert [item.packet for item in buffer.push(2, 0.49, b"2")] == [b"2", b"3"]
    assert buffer.push(5, 0.5, b"5") == []
    assert [(item.lost, item.packet) for item in buffer.expire(0.9)] == [(1, b"5")]
    assert buffer.push(4, 0.91, b"4") == []
    assert buffer.late == 1


@settings(max_examples=60)
@given(sequences=st.lists(st.integers(0, 0xFFFF), max_size=400))
def test_memory_is_bounded_whatever_the_numbers(sequences):
    """Any numbers whatever hold at most the capacity and never come out twice."""
    buffer = ReorderBuffer(hold=1e9, capacity=16)
    came_out = []
    for at, sequence in enumerate(sequences):
        came_out += buffer.push(sequence, float(at), at.to_bytes(4, "big"))
    left = buffer.flush()
    assert len(left) <= 16
    assert len(set(indexes(came_out + left))) == len(came_out) + len(left)


def test_a_new_numbering_is_believed_at_its_second_packet():
    """One stray number far away changes nothing; two in a row start anew, and count as a loss before them."""
    buffer = ReorderBuffer()
    buffer.push(10, 0.0, b"a")
    assert buffer.push(30_000, 0.1, b"stray") == []
    assert [item.packet for item in buffer.push(11, 0.2, b"b")] == [b"b"]
    assert buffer.push(40_000, 0.3, b"c") == []
    found = [(item.lost, item.packet, item.at) for item in buffer.push(40_001, 0.4, b"d")]
    assert found == [(1, b"c", 0.3), (0, b"d", 0.4)]
    assert [item.packet for item in buffer.push(40_002, 0.5, b"e")] == [b"e"]
    assert buffer.late == 1


@pytest.mark.parametrize("back", [300, 1000, 2999, 20_000, 40_000, 60_000])
def test_a_sender_that_numbers_anew_again_and_again_loses_nothing(back):
    """From every place as far behind as can be no delay, many times over."""
    buffer, out, first = ReorderBuffer(), [], 0
    for index in range(3000):
        at = index * 0.01
        first -= back if index and index % 250 == 0 else 0
        number = (first + index) & 0xFFFF
        out += buffer.expire(at) + buffer.push(number, at, index.to_bytes(4, "big"))
    assert indexes(out + buffer.flush()) == list(range(3000))
    assert [item.lost for item in out if item.lost] == [1] * 11
    assert buffer.late == 0


@settings(max_examples=40)
@given(
    apart=st.integers(300, 0x10000 - 300),
    first=st.integers(0, 0xFFFF),
    run=st.integers(1, 40),
)
def test_of_two_senders_with_one_number_both_are_heard(apart, first, run):
    """They take turns, packet by packet or in runs: each is heard on and on."""
    buffer, out, sent = ReorderBuffer(), [], [0, 0]
    for count in range(1200):
        which = count // run % 2
        number = (first + which * apart + sent[which]) & 0xFFFF
        sent[which] += 1
        data = (which << 24 | sent[which]).to_bytes(4, "big")
        if count % 5 == 0:
            out += buffer.expire(count * 0.01)
        out += buffer.push(number, count * 0.01, data)
    out += buffer.flush()
    for who in (0, 1):
        heard = [index & 0xFFFFFF for index in indexes(out) if index >> 24 == who]
        assert heard == sorted(set(heard))
        breaks = [b - a for a, b in zip([0, *heard], [*heard, sent[who]], strict=True)]
        assert max(breaks) < 100
