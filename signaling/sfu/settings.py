"""What a site may choose about the media port."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SfuSettings:
    """Times in seconds, rates in bit/s.

    `port` is the number of both the UDP and the TCP port, 0 for any free one. `announced` are the
    addresses told to browsers; empty means `host`, or every address of the machine where `host`
    is the wildcard.
    """

    host: str = "127.0.0.1"
    port: int = 0
    announced: tuple[str, ...] = ()
    tcp: bool = True
    max_bitrate: int = 1_500_000  # of one video producer, told to its sender by REMB
    min_bitrate: int = 150_000  # slow viewers never push a producer below this
    max_transports: int = 1024
    max_producers_per_transport: int = 8
    max_consumers_per_transport: int = 128  # fifty people, with sound and picture, and shares
    max_ssrcs_per_transport: int = 32  # of producers, retransmission streams included
    max_tcp_connections: int = 512
    silent_after: float = 2.8  # a path that carries media; Chromium's own checks come every 2.5 s
    idle_silent_after: float = 6.0  # a path that carries only ICE checks
    lost_after: float = 30.0  # silence that ends the transport
    handshake_within: float = 20.0  # from connect() to media
    connect_within: float = 60.0  # from create_transport() to connect()
    socket_buffer: int = 8 << 20  # bytes asked of the kernel in each direction
    tcp_buffer: int = 256 << 10  # bytes unsent on one TCP connection before media is dropped
