"""What the media plane refuses."""


class SfuError(Exception):
    """A request that cannot be met. `code` is stable; `detail` is for logs and never holds a secret.

    Codes: too_many_transports, too_many_tracks, too_many_ssrcs, bad_dtls_parameters,
    already_connected, transport_closed, bad_rtp_parameters, bad_rtp_capabilities,
    unsupported_codec, ssrc_in_use, mid_in_use, cannot_consume, producer_closed.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
