"""The media plane: browsers send to it and it forwards, nothing decoded. README.md tells how."""

from .consumer import Consumer, pause_all
from .errors import SfuError
from .producer import Producer
from .settings import SfuSettings
from .sfu import Sfu
from .state import ENDED, TransportState
from .transport import Transport, TransportStats

__all__ = [
    "ENDED",
    "Consumer",
    "Producer",
    "Sfu",
    "SfuError",
    "SfuSettings",
    "Transport",
    "TransportState",
    "TransportStats",
    "pause_all",
]
