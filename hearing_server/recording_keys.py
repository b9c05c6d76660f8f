"""The court's recording keys: from the settings, and `hearing-server recording-key new`."""

import argparse
import getpass
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hearing_server.config import BadSetting, Settings
from recording.court_key import BadKey, load_private, load_public, new_pair
from recording.encryption import Keyring


def recording_keys(settings: Settings) -> tuple[X25519PublicKey | None, Keyring]:
    """The key to record for, if there is one, and what opens recordings. Raises BadSetting."""
    public, keyring = None, Keyring()
    try:
        if settings.recording_key:
            public = load_public(Path(settings.recording_key))
    except BadKey as error:
        raise BadSetting(f"recording_key: {error}") from None
    try:
        if settings.recording_private_key:
            file = Path(settings.recording_private_key)
            keyring = Keyring(load_private(file, settings.recording_passphrase))
    except BadKey as error:
        raise BadSetting(f"recording_private_key: {error}") from None
    return public, keyring


def fill(key: argparse.ArgumentParser) -> None:
    acts = key.add_subparsers(required=True, metavar="ACT")
    new = acts.add_parser(
        "new",
        help="make a key pair",
        description="Asks for a passphrase (or reads a line, where there is no terminal) and writes FILE, "
        "the private key, and FILE.pub, the public one.",
    )
    new.add_argument("file", type=Path, metavar="FILE")
    new.set_defaults(run=_new)


def _new(options: argparse.Namespace) -> int:
    try:
        public = new_pair(options.file, _passphrase())
    except BadKey as error:
        print(f"hearing-server: {error}", file=sys.stderr)
        return 2
    print(f"{options.file}  private: keep it, and a copy, away from this server")
    print(f"{public}  public: give it as recording_key")
    return 0


def _passphrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    given = getpass.getpass("Passphrase: ")
    if getpass.getpass("Again: ") != given:
        raise BadKey("the two passphrases differ")
    return given
