"""The platform's own settings: defaults, names, and what must go together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from drystone.settings import Settings, SettingsError, Variables


def load(**environ: str) -> Settings:
    return Settings.load(Variables.from_process(environ, env_file=Path("/nonexistent/.env")))


def test_nothing_set_is_a_development_server_on_loopback() -> None:
    settings = load()
    assert (settings.environment, settings.host, settings.port) == (
        "development",
        "127.0.0.1",
        8000,
    )
    assert not settings.is_production


def test_every_name_reaches_its_field() -> None:
    settings = load(
        DRYSTONE_ENV="production",
        DRYSTONE_APP="shop.app:app",
        DRYSTONE_SECRET_KEY="k" * 32,
        DRYSTONE_HOST="::",
        PORT="9000",
        DRYSTONE_UNIX="/run/api.sock",
        DRYSTONE_TLS_CERT="cert.pem",
        DRYSTONE_TLS_KEY="key.pem",
        DRYSTONE_TLS_PASSWORD_FILE="password",
        DRYSTONE_WORKERS="4",
        DATABASE_URL="postgresql://h/a",
        DRYSTONE_DATABASE_DIRECT_URL="postgresql://h/b",
        DRYSTONE_DATABASE_READ_URL="postgresql://h/c",
        DRYSTONE_MAINTENANCE_INTERVAL_SECONDS="0",
        DRYSTONE_ALLOWED_HOSTS="api.example.com, *.example.org",
        DRYSTONE_TRUSTED_PROXIES="10.0.0.0/8,unix",
        DRYSTONE_CORS_ORIGINS="https://app.example.com",
        DRYSTONE_LOG_LEVEL="debug",
        DRYSTONE_LOG_FORMAT="json",
    )
    assert settings == Settings(
        environment="production",
        app="shop.app:app",
        secret_key="k" * 32,
        host="::",
        port=9000,
        unix="/run/api.sock",
        tls_cert="cert.pem",
        tls_key="key.pem",
        tls_password_file="password",
        workers=4,
        database_url="postgresql://h/a",
        maintenance_interval_seconds=0.0,
        database_direct_url="postgresql://h/b",
        database_read_url="postgresql://h/c",
        allowed_hosts=("api.example.com", "*.example.org"),
        trusted_proxies=("10.0.0.0/8", "unix"),
        cors_origins=("https://app.example.com",),
        log_level="debug",
        log_format="json",
    )
    assert settings.is_production


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().port = 1  # type: ignore[misc]  # that is the point


def test_production_wants_its_hosts_and_a_key_its_certificate() -> None:
    with pytest.raises(SettingsError) as caught:
        load(DRYSTONE_ENV="production", DRYSTONE_TLS_KEY="key.pem")
    hosts, certificate = caught.value.mistakes
    assert hosts.startswith("DRYSTONE_ALLOWED_HOSTS: is not set")
    assert certificate.startswith("DRYSTONE_TLS_CERT: is not set")


def test_load_reads_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DRYSTONE_WORKERS=3\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRYSTONE_WORKERS", raising=False)
    assert Settings.load().workers == 3
