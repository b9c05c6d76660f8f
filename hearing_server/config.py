"""Settings: each named, documented and checked at start. The only reader of the environment.

A setting comes from the command line, else from the environment (HEARING_ and its name in capitals),
else from the TOML file of --config, else from the default here. docs/configuration.md lists them.
"""

import dataclasses
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hearing_server.addresses import is_loopback, own_addresses
from hearing_server.domain.procedures import Procedure
from hearing_server.unusable import Unusable

PREFIX = "HEARING_"


class BadSetting(Unusable):
    """A setting that cannot be used; the text names it in one line."""


def _setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, kw_only=True)
class Settings:
    host: str = _setting("127.0.0.1", "Address to listen on for HTTP.")
    port: int = _setting(8080, "Port for HTTP, or HTTPS with a certificate.")
    public_url: str = _setting("", "How browsers reach the server; from host and port if empty.")
    origins: tuple[str, ...] = _setting((), "Further page origins that may connect.")
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Addresses of proxies that speak TLS for the server; theirs X-Forwarded-For is believed.",
    )
    tls_certificate: str = _setting("", "Certificate chain, PEM file.")
    tls_key: str = _setting("", "Private key of the certificate, PEM file.")
    self_signed: bool = _setting(False, "Make a certificate for a first try from another machine.")
    data: str = _setting("data", "Folder of database, keys, recordings, documents and exhibits.")
    recordings_second: str = _setting(
        "", "Second folder for recordings, on another disk: each segment is written to both."
    )
    recording_key: str = _setting(
        "", "Public key for which recordings are encrypted, PEM file of `recording-key new`."
    )
    recording_private_key: str = _setting(
        "", "Private key of it, PEM file: only where encrypted recordings are to be read."
    )
    recording_passphrase: str = _setting("", "Passphrase of that private key.")
    database: str = _setting("", "SQLAlchemy URL; SQLite in the data folder if empty.")
    court: str = _setting(
        "示范人民法院", "Name of the court: heading of the transcript, name of its CA."
    )
    key_passphrase: str = _setting(
        "", "Encrypts the court's keys; if empty, one is made and kept in the data folder."
    )
    pkcs11_module: str = _setting(
        "", "Library of a token (PKCS#11) that keeps the court's keys instead of files."
    )
    pkcs11_token: str = _setting("", "Label of that token.")
    pkcs11_pin: str = _setting("", "Its PIN.")
    timestamp_url: str = _setting("", "RFC 3161 timestamp authority; the built-in one if empty.")
    timestamp_roots: str = _setting("", "Root certificates of that authority, PEM file.")
    media_host: str = _setting("", "Address for media; that of HTTP if empty.")
    media_port: int = _setting(40000, "The one UDP port, and TCP port, of all media. 0 takes any.")
    media_addresses: tuple[str, ...] = _setting(
        (), "Addresses told to browsers for media; the server's own if empty."
    )
    media_tcp: bool = _setting(True, "Offer media over TCP where UDP is blocked.")
    media_bitrate: int = _setting(1_500_000, "Most a camera may send, bit/s.")
    second_factor: bool = _setting(
        True, "Ask the court's staff for a second factor; no only for a demonstration."
    )
    oidc_issuer: str = _setting(
        "", "The court's identity provider (OpenID Connect), if it has one."
    )
    oidc_client: str = _setting("", "This server's name at that provider.")
    oidc_secret: str = _setting(
        "", "This server's secret at that provider; none for a public client."
    )
    oidc_name: str = _setting("", "What staff call the provider, for its button.")
    verify_megabytes: int = _setting(512, "Largest file, in MB, that the page /verify takes.")
    time_zone: str = _setting(
        "Asia/Shanghai", "Zone of the court: times in messages and on every page."
    )
    planning_buffer: int = _setting(
        15, "Minutes that must lie between two hearings in one courtroom, or of one person."
    )
    smtp_host: str = _setting("", "Mail server; without it no e-mail is sent.")
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_security: str = _setting("starttls", "starttls, tls (from the first byte) or none.")
    smtp_user: str = _setting("", "Account at the mail server, if it wants one.")
    smtp_password: str = _setting("", "Password of that account.")
    mail_from: str = _setting("", "Address that the court's e-mail comes from.")
    sms_url: str = _setting("", "Address of the SMS gateway; without it no SMS is sent.")
    sms_method: str = _setting("POST", "POST, PUT or GET.")
    sms_headers: tuple[str, ...] = _setting(
        ("Content-Type: application/json",), "Headers for the gateway, each `Name: value`."
    )
    sms_body: str = _setting(
        '{"to": "{telephone}", "text": "{text}", "id": "{id}"}', "Body for the gateway."
    )
    sms_accepted: str = _setting(
        "", "What the gateway's answer holds when it has taken a message; any 2xx if empty."
    )
    exhibit_mb: int = _setting(200, "Most that one exhibit may have, MB.")
    exhibit_party_mb: int = _setting(2000, "Most that one party may submit in a hearing, MB.")
    exhibit_hearing_mb: int = _setting(20_000, "Most that all may submit in a hearing, MB.")
    picture_days: int = _setting(
        30, "Days after the closing that pictures of identity documents are kept."
    )
    retention_years: tuple[str, ...] = _setting(
        ("criminal=60", "civil=30", "administrative=30", "mediation=30"),
        "Years after the closing that a recording is kept, each `procedure=years`.",
    )
    exports_at_once: int = _setting(1, "Exports that this server makes side by side.")
    export_processes: int = _setting(2, "Processes that make one export: cores that it may use.")
    speech_model: str = _setting(
        "", "Folder of a streaming speech model (sherpa-onnx); without it there are no captions."
    )
    speech_threads: int = _setting(2, "Threads that the speech model may use.")
    log_level: str = _setting("info", "debug, info, warning or error.")

    @property
    def url(self) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if is_loopback(self.host) else self.hosts[0]
        return self._web_address(host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host, or for a wildcard every address by which another machine may reach this one."""
        return own_addresses(self.host) or (self.host,)

    @property
    def has_tls(self) -> bool:
        return bool(self.tls_certificate) or self.self_signed

    @property
    def secure_pages(self) -> bool:
        """Whether browsers reach the server by HTTPS, here or at a proxy."""
        return urlsplit(self.url).scheme == "https"

    @property
    def data_folder(self) -> Path:
        return Path(self.data).absolute()

    @property
    def second_recordings(self) -> Path | None:
        return Path(self.recordings_second) if self.recordings_second else None

    @property
    def speech_folder(self) -> Path | None:
        return Path(self.speech_model) if self.speech_model else None

    @property
    def retention(self) -> Mapping[str, int]:
        """Years by procedure."""
        pairs = (item.partition("=") for item in self.retention_years)
        return {procedure.strip(): int(years) for procedure, _, years in pairs}

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.data_folder / 'hearings.sqlite3'}"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        parts = urlsplit(self.url)
        own = f"{parts.scheme}://{parts.netloc}"
        local: tuple[str, ...] = ()
        if is_loopback(self.host):
            local = ("localhost", "127.0.0.1")
        elif not self.public_url:
            local = self.hosts
        return tuple(dict.fromkeys((own, *map(self._web_address, local), *self.origins)))

    def _web_address(self, host: str) -> str:
        scheme = "https" if self.has_tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


FIELDS = {f.name: f for f in dataclasses.fields(Settings)}


def load(
    given: Mapping[str, Any], environ: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """The settings, checked. BadSetting names the first that cannot be used."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for name, value in _from_file(file).items():
        values[name] = _convert(name, value)
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX):
            if name not in FIELDS:
                raise BadSetting(f"{variable}: there is no such setting")
            values[name] = _convert(name, text)
    values |= {name: _convert(name, value) for name, value in given.items() if value is not None}
    settings = Settings(**values)
    check(settings)
    return settings


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"{file}: {error}") from None
    for name in values:
        if name not in FIELDS:
            raise BadSetting(f"{file}: there is no setting {name!r}")
    return values


def _convert(name: str, value: Any) -> Any:
    default = FIELDS[name].default
    if isinstance(default, str):
        if not isinstance(value, str):  # the value stays unsaid: it may be the passphrase
            raise BadSetting(f"{name}: not a text")
        return value
    try:
        if isinstance(default, bool):
            return value if isinstance(value, bool) else _BOOLEANS[str(value).lower()]
        if isinstance(default, int):
            return int(str(value))  # 80.5 and true are no numbers of anything
        items = value.split(",") if isinstance(value, str) else value
        return tuple(str(item).strip() for item in items if str(item).strip())
    except (KeyError, TypeError, ValueError):
        kind = _KINDS[type(default)]
        raise BadSetting(f"{name}: {str(value)[:60]!r} is not {kind}") from None


_KINDS = {bool: "yes or no", int: "a number", tuple: "a list"}
_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True} | dict.fromkeys(
    ("0", "false", "no", "off", ""), False
)


def check(settings: Settings) -> None:
    """Refuse what cannot work, or would not be safe."""
    for name in ("port", "media_port"):
        if not 0 <= getattr(settings, name) <= 65535:
            raise BadSetting(f"{name}: {getattr(settings, name)} is not a port")
    for pair in (
        ("tls_certificate", "tls_key"),
        ("timestamp_url", "timestamp_roots"),
        ("pkcs11_module", "pkcs11_token"),
        ("oidc_issuer", "oidc_client"),
    ):
        if len([name for name in pair if getattr(settings, name)]) == 1:
            raise BadSetting(f"{pair[0]} and {pair[1]}: give both or neither")
    for name in (
        *("tls_certificate", "tls_key", "timestamp_roots", "pkcs11_module"),
        *("recording_key", "recording_private_key"),
    ):
        path = getattr(settings, name)
        if path and not os.access(path, os.R_OK):
            raise BadSetting(f"{name}: {path} cannot be read")
    if not 100_000 <= settings.media_bitrate <= 20_000_000:
        raise BadSetting("media_bitrate: from 100000 to 20000000 bit/s")
    if settings.recordings_second and not Path(settings.recordings_second).is_absolute():
        raise BadSetting("recordings_second: give its whole path, beginning with /")
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise BadSetting("log_level: debug, info, warning or error")
    _check_files(settings)
    _check_messages(settings)
    _check_retention(settings)
    _check_reach(settings)


def _check_files(settings: Settings) -> None:
    for name in ("exhibit_mb", "exhibit_party_mb", "exhibit_hearing_mb"):
        if not 1 <= getattr(settings, name) <= 1_000_000:
            raise BadSetting(f"{name}: from 1 to 1000000 MB")
    if not 1 <= settings.picture_days <= 36_500:
        raise BadSetting("picture_days: from 1 to 36500 days")


def _check_retention(settings: Settings) -> None:
    """Every procedure, each with a number of years."""
    try:
        years = settings.retention
    except ValueError:
        raise BadSetting("retention_years: give each as procedure=years") from None
    if years.keys() != set(Procedure):
        raise BadSetting(f"retention_years: exactly {', '.join(Procedure)}")
    if not all(1 <= number <= 200 for number in years.values()):
        raise BadSetting("retention_years: from 1 to 200 years")


def _check_messages(settings: Settings) -> None:
    """How parties are told: complete, and addresses that are addresses."""
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, KeyError):  # a name that is none, a path, no such zone
        raise BadSetting(f"time_zone: there is no zone {settings.time_zone!r}") from None
    for name in ("exports_at_once", "export_processes", "speech_threads"):
        if not 1 <= getattr(settings, name) <= 64:
            raise BadSetting(f"{name}: from 1 to 64")
    if not 0 <= settings.planning_buffer <= 240:
        raise BadSetting("planning_buffer: from 0 to 240 minutes")
    if bool(settings.smtp_host) != bool(settings.mail_from):
        raise BadSetting("smtp_host and mail_from: give both or neither")
    if settings.mail_from and not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", settings.mail_from):
        raise BadSetting("mail_from: not an address such as court@example.org")
    if not 1 <= settings.smtp_port <= 65535:
        raise BadSetting(f"smtp_port: {settings.smtp_port} is not a port")
    if settings.smtp_security not in ("starttls", "tls", "none"):
        raise BadSetting("smtp_security: starttls, tls or none")
    if settings.sms_method not in ("POST", "PUT", "GET"):
        raise BadSetting("sms_method: POST, PUT or GET")
    if settings.sms_url:
        _check_gateway(settings)


def _check_gateway(settings: Settings) -> None:
    if urlsplit(settings.sms_url).scheme not in ("http", "https"):
        raise BadSetting("sms_url: not an address of http or https")
    for header in settings.sms_headers:
        if not re.fullmatch(r"[A-Za-z0-9-]+: ?[^\r\n]+", header):
            raise BadSetting("sms_headers: each is Name: value")
    for field_name in ("{telephone}", "{text}"):
        if field_name not in settings.sms_url + settings.sms_body:
            raise BadSetting(f"sms_body: without {field_name} nobody is told anything")


def _check_reach(settings: Settings) -> None:
    """How browsers get here: addresses that are addresses, and TLS wherever it is not this machine."""
    issuer = urlsplit(settings.oidc_issuer)
    if settings.oidc_issuer and issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
        raise BadSetting("oidc_issuer: give its https address")
    for name in ("public_url", "origins"):
        _check_origins(name, getattr(settings, name))
    for proxy in settings.trusted_proxies:
        _address("trusted_proxies", proxy)
    if (settings.trusted_proxies or settings.has_tls) and not settings.secure_pages:
        raise BadSetting("public_url: give the https address that browsers use")
    if not is_loopback(settings.host) and not (settings.has_tls or settings.trusted_proxies):
        raise BadSetting(
            f"host: {settings.host} is not loopback; give tls_certificate and tls_key, "
            "--self-signed for a first try, or trusted_proxies"
        )


def _check_origins(name: str, value: str | tuple[str, ...]) -> None:
    for url in (value,) if isinstance(value, str) else value:
        if url and not _is_web_address(url):
            raise BadSetting(f"{name}: {url!r} is not https://name, with a port if it is unusual")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        return False


def _address(name: str, text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise BadSetting(f"{name}: {text!r} is not an address") from None
