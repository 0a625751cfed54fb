"""The platform's own settings.

Bounds of the HTTP server are settings too; they are declared where they are kept, in
`http/limits.py`. `.env.example` lists all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from drystone.settings.reader import SettingsReader, setting
from drystone.settings.values import (
    integer,
    list_of,
    one_of,
    parse_amount,
    parse_database_url,
    parse_duration,
    parse_host,
    parse_origin,
    parse_proxy,
    parse_secret_key,
    parse_target,
    parse_text,
    parse_token,
)
from drystone.settings.variables import Variables

MAX_WORKERS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides. Secrets are not part of its `repr`.

    Attributes:
        environment: `development` is open and talkative, `production` is neither.
        app: the application as `module:attribute`, where a command names none.
        secret_key: signs what clients keep for us.
        host: the address or name that is listened on, or several with commas.
        port: 0 lets the kernel choose.
        unix: path of a Unix socket that is listened on, in place of host and port.
        tls_cert: the certificate and its chain, a PEM file; its presence turns TLS on.
        tls_key: its private key, a PEM file; not needed where it is in `tls_cert`.
        tls_password_file: the file that holds the key's password.
        workers: processes that serve.
        database_url: where rows are; an embedded PostgreSQL where it is not set.
        database_direct_url: the same database past a pooler that shares connections
            between transactions: for migrations, LISTEN and advisory locks.
        database_read_url: a replica that may answer reads.
        database_pool_size: connections that each worker opens at most.
        database_acquire_timeout_seconds: how long a request waits for one of them.
        database_statement_timeout_seconds: until a statement is ended, unless it says
            otherwise.
        database_prepared_statements: how many each connection holds; 0 where a pooler
            between us and PostgreSQL cannot keep them.
        slow_statement_seconds: statements that take longer are logged; 0 for none.
        maintenance_interval_seconds: about how often maintenance is done, by one of all
            servers; 0 where `drystone maintain` is run in another way.
        allowed_hosts: the hosts that are served; any where empty, which production
            does not allow.
        trusted_proxies: addresses, networks and `unix`: peers whose word on the client
            is believed.
        cors_origins: web pages whose scripts may call the API.
        docs: whether `/openapi.json` and `/docs` are served: to nobody, to everybody, or
            to who sends `docs_token`; open in development and off in production where
            it is not set.
        docs_token: what `Authorization: Bearer` must carry for it.
        log_level: the least that is logged.
        log_format: `auto` is console on a terminal and JSON lines elsewhere.

    Raises:
        ValueError: settings that do not go together, a line for each.
    """

    environment: Literal["development", "production"] = setting(
        "DRYSTONE_ENV", one_of("development", "production"), default="development"
    )
    app: str | None = setting("DRYSTONE_APP", parse_target, default=None)
    secret_key: str | None = setting(
        "DRYSTONE_SECRET_KEY", parse_secret_key, default=None, secret=True
    )
    host: str = setting("DRYSTONE_HOST", parse_text, default="127.0.0.1")
    port: int = setting("PORT", integer(0, 65535), default=8000)
    unix: str | None = setting("DRYSTONE_UNIX", parse_text, default=None)
    tls_cert: str | None = setting("DRYSTONE_TLS_CERT", parse_text, default=None)
    tls_key: str | None = setting("DRYSTONE_TLS_KEY", parse_text, default=None)
    tls_password_file: str | None = setting("DRYSTONE_TLS_PASSWORD_FILE", parse_text, default=None)
    workers: int = setting("DRYSTONE_WORKERS", integer(1, MAX_WORKERS), default=1)
    database_url: str | None = setting(
        "DATABASE_URL", parse_database_url, default=None, secret=True
    )
    database_direct_url: str | None = setting(
        "DRYSTONE_DATABASE_DIRECT_URL", parse_database_url, default=None, secret=True
    )
    database_read_url: str | None = setting(
        "DRYSTONE_DATABASE_READ_URL", parse_database_url, default=None, secret=True
    )
    database_pool_size: int = setting("DRYSTONE_DATABASE_POOL_SIZE", integer(1, 1000), default=10)
    database_acquire_timeout_seconds: float = setting(
        "DRYSTONE_DATABASE_ACQUIRE_TIMEOUT_SECONDS", parse_duration, default=2.0
    )
    database_statement_timeout_seconds: float = setting(
        "DRYSTONE_DATABASE_STATEMENT_TIMEOUT_SECONDS", parse_duration, default=5.0
    )
    database_prepared_statements: int = setting(
        "DRYSTONE_DATABASE_PREPARED_STATEMENTS", integer(0, 10_000), default=200
    )
    slow_statement_seconds: float = setting(
        "DRYSTONE_SLOW_STATEMENT_SECONDS", parse_amount, default=0.5
    )
    maintenance_interval_seconds: float = setting(
        "DRYSTONE_MAINTENANCE_INTERVAL_SECONDS", parse_amount, default=3600.0
    )
    allowed_hosts: tuple[str, ...] = setting(
        "DRYSTONE_ALLOWED_HOSTS", list_of(parse_host), default=()
    )
    trusted_proxies: tuple[str, ...] = setting(
        "DRYSTONE_TRUSTED_PROXIES", list_of(parse_proxy), default=()
    )
    cors_origins: tuple[str, ...] = setting(
        "DRYSTONE_CORS_ORIGINS", list_of(parse_origin), default=()
    )
    docs: Literal["off", "open", "token"] | None = setting(
        "DRYSTONE_DOCS", one_of("off", "open", "token"), default=None
    )
    docs_token: str | None = setting("DRYSTONE_DOCS_TOKEN", parse_token, default=None, secret=True)
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "DRYSTONE_LOG_LEVEL", one_of("debug", "info", "warning", "error"), default="info"
    )
    log_format: Literal["auto", "json", "console"] = setting(
        "DRYSTONE_LOG_FORMAT", one_of("auto", "json", "console"), default="auto"
    )

    def __post_init__(self) -> None:
        if faults := list(self._faults()):
            raise ValueError("\n".join(faults))

    @classmethod
    def load(cls, variables: Variables | None = None) -> Self:
        """Return the settings of this process.

        Raises:
            SettingsError: names every mistake.
        """
        reader = SettingsReader(variables or Variables.from_process())
        settings = reader.read(cls)
        reader.finish()
        return settings

    @property
    def is_production(self) -> bool:
        """Whether strangers are served."""
        return self.environment == "production"

    @property
    def docs_access(self) -> Literal["off", "open", "token"]:
        """Who may see the description of the API."""
        return self.docs or ("off" if self.is_production else "open")

    def _faults(self) -> list[str]:
        faults = []
        if self.is_production and not self.allowed_hosts:
            faults.append(
                "DRYSTONE_ALLOWED_HOSTS: is not set, which DRYSTONE_ENV=production requires; "
                "list the hosts that are served, such as api.example.com"
            )
        if self.docs == "token" and self.docs_token is None:
            faults.append(
                "DRYSTONE_DOCS_TOKEN: is not set, which DRYSTONE_DOCS=token requires; make one "
                "with: python -c 'import secrets; print(secrets.token_urlsafe(24))'"
            )
        if self.tls_cert is None and (self.tls_key or self.tls_password_file):
            faults.append(
                "DRYSTONE_TLS_CERT: is not set, and a key alone serves no TLS; name the "
                "certificate's file"
            )
        return faults
