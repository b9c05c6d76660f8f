"""Settings: where each comes from, and what is refused before anything is started."""

import ipaddress
import re
from pathlib import Path

import pytest

from hearing_server import addresses, config
from hearing_server.config import BadSetting, Settings, load


@pytest.fixture
def pem(tmp_path: Path) -> str:
    path = tmp_path / "file.pem"
    path.touch()
    return str(path)


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_command_line_goes_before_the_environment_before_the_file(tmp_path: Path) -> None:
    """And all before the default; what is not given does not count."""
    file = written(tmp_path, 'port = 1\nmedia_port = 1\ncourt = "虚构法院"')
    environ = {"HEARING_PORT": "2", "HEARING_MEDIA_PORT": "2", "PORT": "9"}
    settings = load({"port": 3, "media_port": None}, environ, file)
    assert (settings.port, settings.media_port, settings.court) == (3, 2, "虚构法院")
    assert settings.host == Settings().host


def test_each_kind_of_value_is_read_from_text_and_from_toml(tmp_path: Path) -> None:
    environ = {
        "HEARING_MEDIA_TCP": "no",
        "HEARING_MEDIA_ADDRESSES": "192.0.2.1, 192.0.2.2,",
        "HEARING_MEDIA_BITRATE": "200000",
    }
    file = written(
        tmp_path,
        'media_tcp = false\nmedia_addresses = ["192.0.2.1", "192.0.2.2"]\nmedia_bitrate = 200000',
    )
    assert load({}, environ) == load({}, {}, file)
    assert load({}, environ).media_addresses == ("192.0.2.1", "192.0.2.2")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"HEARING_PROT": "1"}, "HEARING_PROT: there is no such setting"),
        ({"HEARING_PORT": "eighty"}, "port: 'eighty' is not a number"),
        ({"HEARING_PORT": "65536"}, "port: 65536 is not a port"),
        ({"HEARING_MEDIA_PORT": "-1"}, "media_port: -1 is not a port"),
        ({"HEARING_MEDIA_TCP": "perhaps"}, "media_tcp: 'perhaps' is not yes or no"),
        ({"HEARING_MEDIA_BITRATE": "99999"}, "media_bitrate:"),
        ({"HEARING_MEDIA_BITRATE": "20000001"}, "media_bitrate:"),
        ({"HEARING_LOG_LEVEL": "loud"}, "log_level:"),
        ({"HEARING_RETENTION_YEARS": "criminal=60"}, "retention_years: exactly criminal, civil"),
        ({"HEARING_RETENTION_YEARS": "criminal:60"}, "retention_years: give each"),
        (
            {"HEARING_RETENTION_YEARS": "criminal=0,civil=1,administrative=1,mediation=1"},
            "retention_years: from 1 to 200",
        ),
        ({"HEARING_TRUSTED_PROXIES": "10.0.0.1,proxy"}, "trusted_proxies: 'proxy'"),
        ({"HEARING_TRUSTED_PROXIES": "10.0.0.1/8"}, "trusted_proxies: '10.0.0.1/8'"),
        ({"HEARING_TLS_KEY": "PEM"}, "tls_certificate and tls_key: give both or neither"),
        ({"HEARING_TLS_CERTIFICATE": "PEM"}, "tls_certificate and tls_key: give both"),
        ({"HEARING_TLS_CERTIFICATE": "PEM", "HEARING_TLS_KEY": "/no"}, "tls_key: /no cannot"),
        ({"HEARING_TLS_CERTIFICATE": "/no", "HEARING_TLS_KEY": "PEM"}, "tls_certificate: /no"),
        ({"HEARING_TIMESTAMP_URL": "http://tsa.example"}, "timestamp_url and timestamp_roots:"),
        ({"HEARING_OIDC_ISSUER": "https://id.example"}, "oidc_issuer and oidc_client:"),
        (
            {"HEARING_OIDC_ISSUER": "http://id.example", "HEARING_OIDC_CLIENT": "x"},
            "oidc_issuer: give its https address",
        ),
        (
            {"HEARING_TIMESTAMP_URL": "http://tsa.example", "HEARING_TIMESTAMP_ROOTS": "/no"},
            "timestamp_roots: /no cannot be read",
        ),
        ({"HEARING_PUBLIC_URL": "court.example"}, "public_url: 'court.example'"),
        ({"HEARING_PUBLIC_URL": "https://court.example:port"}, "public_url:"),
        ({"HEARING_ORIGINS": "https://a.example,*"}, "origins: '*'"),
    ],
)
def test_what_cannot_be_used_is_named(environ: dict[str, str], said: str, pem: str) -> None:
    """In one line, by the name of the first setting that is wrong."""
    given = {name: pem if value == "PEM" else value for name, value in environ.items()}
    with pytest.raises(BadSetting, match=f"^{re.escape(said)}") as caught:
        load({}, given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "there is no setting 'colour'"),
        ("port = ", "settings.toml: "),
        ("port = 80.5", "port: '80.5' is not a number"),
        ("port = true", "port: 'True' is not a number"),
        ("origins = 5", "origins: '5' is not a list"),
        ("key_passphrase = 20260101", "key_passphrase: not a text$"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    """A passphrase of the wrong kind is not repeated."""
    with pytest.raises(BadSetting, match=said):
        load({}, {}, written(tmp_path, text))


def test_a_settings_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"nothing\.toml"):
        load({}, {}, tmp_path / "nothing.toml")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "court.example", ""])
def test_beyond_loopback_pages_must_be_secure(host: str, pem: str) -> None:
    """By TLS here or at a named proxy: a browser gives no camera to anything else."""
    with pytest.raises(BadSetting, match="not loopback"):
        load({"host": host}, {})
    for safe in (
        {"HEARING_SELF_SIGNED": "yes"},
        {"HEARING_TLS_CERTIFICATE": pem, "HEARING_TLS_KEY": pem},
        {"HEARING_TRUSTED_PROXIES": "10.0.0.0/8", "HEARING_PUBLIC_URL": "https://court.example"},
    ):
        assert load({"host": host}, safe).secure_pages


@pytest.mark.parametrize(
    "environ",
    [
        {"HEARING_TRUSTED_PROXIES": "10.0.0.1"},
        {"HEARING_SELF_SIGNED": "yes", "HEARING_PUBLIC_URL": "http://court.example"},
    ],
)
def test_pages_behind_tls_are_known_by_their_https_address(environ: dict[str, str]) -> None:
    """Otherwise cookies would not be Secure, and the proxy's own origin would be refused."""
    with pytest.raises(BadSetting, match="public_url"):
        load({}, environ)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_tls(host: str) -> None:
    settings = load({"host": host}, {})
    assert not settings.secure_pages
    assert settings.url == "http://localhost:8080"


def test_pages_may_come_from_the_public_address_and_the_listed_ones() -> None:
    """Beyond loopback from nowhere else: not from the address that is listened on."""
    settings = load(
        {"host": "0.0.0.0", "public_url": "https://court.example/"},
        {"HEARING_SELF_SIGNED": "1", "HEARING_ORIGINS": "https://other.example"},
    )
    assert settings.url == "https://court.example"
    assert settings.allowed_origins == ("https://court.example", "https://other.example")
    local = load({"port": 81}, {}).allowed_origins
    assert set(local) == {"http://localhost:81", "http://127.0.0.1:81"}


def test_a_wildcard_is_reached_by_the_machines_own_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Links, page origins and the certificate name what another machine can open, never 0.0.0.0."""
    own = ("192.0.2.7", "198.51.100.7")
    monkeypatch.setattr(config, "own_addresses", lambda host: own if host == "0.0.0.0" else ())
    settings = load({"host": "0.0.0.0", "port": 8443}, {"HEARING_SELF_SIGNED": "1"})
    assert settings.url == "https://192.0.2.7:8443"
    assert settings.allowed_origins == ("https://192.0.2.7:8443", "https://198.51.100.7:8443")
    assert settings.hosts == own
    given = load({"host": "2001:db8::7", "port": 8443}, {"HEARING_SELF_SIGNED": "1"})
    assert given.url == "https://[2001:db8::7]:8443"


def test_a_machine_knows_addresses_for_a_wildcard_alone() -> None:
    for wildcard in ("0.0.0.0", "::"):
        for found in addresses.own_addresses(wildcard):
            address = ipaddress.ip_address(found)
            assert not address.is_loopback
            assert not address.is_unspecified
    assert addresses.own_addresses("127.0.0.1") == config.own_addresses("court.example") == ()


def test_everything_is_kept_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path)}, {})
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/hearings.sqlite3"
    assert load({}, {"HEARING_DATABASE": "x://y"}).database_url == "x://y"
    assert config.load({"data": "data"}, {}).data_folder.is_absolute()
