"""What browsers may say, and that everything else is one coded error."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import SfuError, ortc
from signaling.sfu.codecs import CODECS, capabilities

from .peer import opus, vp8

CODES = {
    "bad_dtls_parameters",
    "bad_rtp_parameters",
    "bad_rtp_capabilities",
    "unsupported_codec",
}
DIGEST = ":".join(["AB"] * 32)

scalars = st.none() | st.booleans() | st.integers(-5, 1 << 34) | st.floats() | st.text(max_size=20)
keys = st.sampled_from(
    ["codecs", "mimeType", "payloadType", "clockRate", "encodings", "ssrc", "rtx", "mid",
     "headerExtensions", "uri", "id", "parameters", "fingerprints", "algorithm", "value", "role"]
)  # fmt: skip
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6)
)


def code_of(call: Any, *arguments: Any) -> str:
    with pytest.raises(SfuError) as caught:
        call(*arguments)
    return caught.value.code


def refused_with(call: Callable[[], object]) -> str | None:
    try:
        call()
    except SfuError as error:
        return error.code
    return None


def with_(parameters: dict[str, Any], path: list[Any], value: Any) -> dict[str, Any]:
    """The same parameters with one thing changed."""
    place: Any = parameters
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return parameters


def test_chromiums_parameters_are_understood() -> None:
    """Codec, payload types, SSRCs, mid and the ids of known extensions."""
    said = ortc.parse_production("video", vp8(7, 8, mid="3"))
    assert (said.codec.codec, said.payload_type, said.rtx_payload_type) == ("vp8", 96, 97)
    assert (said.ssrc, said.rtx_ssrc, said.mid) == (7, 8, "3")
    assert sorted(said.extensions.values()) == [2, 4]
    assert said.nack
    assert not ortc.parse_production("audio", opus(9)).nack


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (["codecs"], [], "bad_rtp_parameters"),
        (["codecs"], [{}], "bad_rtp_parameters"),
        (["codecs", 0, "mimeType"], "video/AV1", "unsupported_codec"),
        (["codecs", 0, "clockRate"], 48000, "unsupported_codec"),
        (["codecs", 0, "payloadType"], 72, "bad_rtp_parameters"),
        (["codecs", 0, "payloadType"], 200, "bad_rtp_parameters"),
        (["codecs", 0, "payloadType"], "96", "bad_rtp_parameters"),
        (["codecs", 1, "payloadType"], 96, "bad_rtp_parameters"),
        (["codecs", 0, "parameters"], {str(n): 1 for n in range(99)}, "bad_rtp_parameters"),
        (["encodings"], [{"ssrc": 1}, {"ssrc": 2}], "bad_rtp_parameters"),
        (["encodings", 0, "ssrc"], 0, "bad_rtp_parameters"),
        (["encodings", 0, "ssrc"], 1 << 32, "bad_rtp_parameters"),
        (["encodings", 0, "ssrc"], True, "bad_rtp_parameters"),
        (["encodings", 0, "rtx", "ssrc"], 7, "bad_rtp_parameters"),
        (["headerExtensions", 0, "id"], 0, "bad_rtp_parameters"),
        (["headerExtensions", 0, "id"], 15, "bad_rtp_parameters"),
        (["headerExtensions", 0, "id"], 2, "bad_rtp_parameters"),
        (["mid"], "x" * 17, "bad_rtp_parameters"),
    ],
)
def test_what_no_browser_says_is_refused(path: list[Any], value: Any, code: str) -> None:
    """One thing out of bounds is one stable code."""
    assert code_of(ortc.parse_production, "video", with_(vp8(7, 8), path, value)) == code


def test_a_picture_is_no_sound() -> None:
    """The kind must be the codec's."""
    assert code_of(ortc.parse_production, "audio", vp8(7)) == "unsupported_codec"


@pytest.mark.parametrize(
    ("profile", "mode", "known"),
    [("42e01f", 1, True), ("42E01F", 1, True), ("42c00b", 1, True), ("42e01f", 0, False),
     ("4d001f", 1, False), ("42001f", 1, False), ("zzzzzz", 1, False), ("", 1, False)],
)  # fmt: skip
def test_only_constrained_baseline_h264_is_taken(profile: str, mode: int, known: bool) -> None:
    """Other profiles could not be decoded by every viewer."""
    parameters = vp8(7)
    parameters["codecs"][0] |= {
        "mimeType": "video/H264",
        "parameters": {"profile-level-id": profile, "packetization-mode": mode},
    }
    if known:
        assert ortc.parse_production("video", parameters).codec.codec == "h264"
    else:
        assert code_of(ortc.parse_production, "video", parameters) == "unsupported_codec"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        None,
        {"fingerprints": []},
        {"fingerprints": [{"algorithm": "sha-1", "value": "AB"}]},
        {"fingerprints": [{"algorithm": "sha-256", "value": "AB:CD"}]},
        {"fingerprints": [{"algorithm": "sha-256", "value": DIGEST}], "role": "server"},
        {"fingerprints": [{"algorithm": "sha-256", "value": DIGEST}] * 9},
    ],
)
def test_a_bad_certificate_digest_is_refused(parameters: Any) -> None:
    """No digest, an unknown one, a wrong length, too many, or the wrong role."""
    assert code_of(ortc.parse_dtls, parameters) == "bad_dtls_parameters"


def test_a_digest_is_read_in_either_case() -> None:
    """RFC 8122 writes upper case, not every browser does."""
    (found,) = ortc.parse_dtls(
        {"fingerprints": [{"algorithm": "SHA-256", "value": DIGEST.lower()}]}
    )
    assert (found.algorithm, found.value) == ("sha-256", DIGEST)


def test_a_viewer_without_the_codec_cannot_consume() -> None:
    """And one without RTX gets the codec without RTX."""
    vp8_codec = next(codec for codec in CODECS if codec.codec == "vp8")
    assert ortc.receives_rtx(vp8_codec, capabilities()) is True
    assert ortc.receives_rtx(vp8_codec, {"codecs": []}) is None
    only = [{"mimeType": "video/VP8", "clockRate": 90000, "preferredPayloadType": 101}]
    assert ortc.receives_rtx(vp8_codec, {"codecs": only}) is False


@given(junk, st.sampled_from(["audio", "video", "x"]))
def test_whatever_is_said_only_coded_errors_come_back(said: Any, kind: str) -> None:
    """Random structures of the right words never raise anything but SfuError."""
    for call in (
        lambda: ortc.parse_production(kind, said),
        lambda: ortc.parse_dtls(said),
        lambda: ortc.receives_rtx(CODECS[0], said),
    ):
        assert refused_with(call) in {*CODES, None}


def test_a_deep_structure_is_refused_or_ignored() -> None:
    """Depth costs nothing: nested lists in an unknown or a known field."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    nested = vp8(7) | {"codecs": deep}
    assert code_of(ortc.parse_production, "video", nested) == "bad_rtp_parameters"
    ortc.parse_production("video", vp8(7) | {"unknown": deep})
    while deep:  # taken apart by hand: the interpreter would recurse
        deep = deep.pop()
