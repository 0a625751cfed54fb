"""From settings to what the supervisor is told."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from drystone.cli import service_factory
from drystone.cli.serving import choose_style, plan, read_limits
from drystone.http.limits import Limits
from drystone.settings import Settings, SettingsReader, Variables


def limits_of(settings: Settings, **environ: str) -> Limits:
    variables = Variables.from_process(environ, env_file=Path("/nonexistent/.env"))
    reader = SettingsReader(variables)
    limits = read_limits(reader, settings)
    reader.finish()
    return limits


def test_the_plan_carries_every_setting_of_the_server() -> None:
    settings = Settings(
        host="::",
        port=9000,
        workers=3,
        tls_cert="cert.pem",
        tls_key="key.pem",
        tls_password_file="password",
        trusted_proxies=("10.0.0.0/8", "unix"),
        log_level="debug",
        log_format="json",
    )
    limits = Limits(max_connections=7)
    config = plan(settings, limits, target="a:b", asgi=True, reload=True)
    assert (config.hosts, config.port, config.unix, config.workers) == (("::",), 9000, None, 3)
    assert (config.tls_cert, config.tls_key) == ("cert.pem", "key.pem")
    assert config.tls_password_file == "password"
    assert config.trusted_proxies == "10.0.0.0/8,unix"
    assert config.limits is limits
    assert config.reload
    assert config.arguments == {
        "target": "a:b",
        "asgi": True,
        "log_level": "debug",
        "log_style": "json",
    }


def test_the_factory_that_is_named_exists() -> None:
    config = plan(Settings(), Limits(), target="a:b")
    module, _, name = config.factory.partition(":")
    assert module == service_factory.__name__
    assert callable(getattr(service_factory, name))


def test_a_unix_socket_stands_in_place_of_the_port() -> None:
    config = plan(Settings(unix="/run/api.sock"), Limits(), target="a:b")
    assert (config.hosts, config.unix) == ((), "/run/api.sock")


def test_where_the_server_stands_decides_two_defaults() -> None:
    plain = limits_of(Settings())
    production = limits_of(Settings(environment="production", allowed_hosts=("a",)))
    proxied = limits_of(Settings(trusted_proxies=("unix",)))
    assert (plain.drain_delay_seconds, production.drain_delay_seconds) == (0.0, 5.0)
    assert (plain.keep_alive_timeout_seconds, proxied.keep_alive_timeout_seconds) == (15.0, 75.0)


def test_what_is_set_wins_over_such_a_default() -> None:
    production = Settings(environment="production", allowed_hosts=("a",))
    assert limits_of(production, DRYSTONE_DRAIN_DELAY_SECONDS="1").drain_delay_seconds == 1.0


@pytest.mark.parametrize(
    ("log_format", "terminal", "style"),
    [
        ("auto", True, "text"),
        ("auto", False, "json"),
        ("console", False, "text"),
        ("json", True, "json"),
    ],
)
def test_logs_are_text_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, log_format: str, terminal: bool, style: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    assert choose_style(Settings(log_format=log_format)) == style  # type: ignore[arg-type]  # parametrised


def test_a_worker_configures_its_logs_before_it_imports(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "shop_logs.py").write_text(
        "import logging\nfrom drystone.http.service import Service\n"
        "seen = logging.getLogger().level\napp = Service()\n"
    )
    configured: list[tuple[str, str]] = []

    def note(*, level: str, style: str) -> None:
        configured.append((level, style))
        monkeypatch.setattr(logging.getLogger(), "level", logging.ERROR)

    monkeypatch.setattr(service_factory, "configure_logs", note)
    service = service_factory.make_service(
        target="shop_logs:app", asgi=False, log_level="error", log_style="json"
    )
    assert configured == [("error", "json")]
    assert type(service).__name__ == "Service"
    import shop_logs  # type: ignore[import-not-found]  # noqa: PLC0415  # written above

    assert shop_logs.seen == logging.ERROR
