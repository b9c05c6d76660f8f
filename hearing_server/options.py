"""The settings that commands take as options."""

import argparse
from pathlib import Path

from hearing_server import config

NAMES = ("host", "port", "media_port", "data", "public_url", "self_signed")


def load(options: argparse.Namespace) -> config.Settings:
    """From the options, the environment and the file of `--config`. BadSetting."""
    return config.load({name: getattr(options, name, None) for name in NAMES}, file=options.config)


def add_folder(command: argparse.ArgumentParser) -> None:
    """Where the court's data are."""
    command.add_argument("--config", type=Path, help="settings file, TOML")
    command.add_argument("--data", help="data folder (data)")


def add_public_url(command: argparse.ArgumentParser) -> None:
    """How links begin."""
    command.add_argument("--public-url", help="how browsers reach the server")
