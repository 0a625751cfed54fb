"""What a pool is told: its sizes and its patience."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolConfig:
    """The settings of a pool.

    Attributes:
        min_size: connections that are kept open, idle or not.
        max_size: connections that are open at most.
        max_waiting: callers that wait for one at most; the next is refused at once.
        acquire_timeout_seconds: how long one waits, before it is refused.
        connect_timeout_seconds: for opening one connection; below the time of those who
            wait for it, so that they learn what kept them.
        statement_timeout_seconds: for a statement that is given no time of its own;
            kept by us, so that a silent network ends it too.
        server_timeout_seconds: after which PostgreSQL ends any statement by itself, our
            process being gone; None where the server is behind PgBouncer, which refuses
            the parameter (set it on the role there).
        max_lifetime_seconds: after which a connection is replaced, give or take a tenth.
        max_idle_seconds: after which one over `min_size` is closed.
        prepared_statements: how many each connection holds; 0 for a PgBouncer before 1.21.
        slow_statement_seconds: from here on a statement is logged; None for never.
        read_only: whether each transaction is one that may not write, unless it says that
            it does (chapter 20.11.1, default_transaction_read_only).
        application_name: how the connections are called in `pg_stat_activity`.

    Raises:
        ValueError: sizes that contradict each other, or a time that is not positive.
    """

    min_size: int = 0
    max_size: int = 10
    max_waiting: int = 1_000
    acquire_timeout_seconds: float = 2.0
    connect_timeout_seconds: float = 1.5
    statement_timeout_seconds: float = 5.0
    server_timeout_seconds: float | None = None
    max_lifetime_seconds: float = 3_600.0
    max_idle_seconds: float = 300.0
    prepared_statements: int = 200
    slow_statement_seconds: float | None = 0.5
    read_only: bool = False
    application_name: str = "drystone"

    def __post_init__(self) -> None:
        if not 0 <= self.min_size <= self.max_size or self.max_size < 1:
            raise ValueError(
                f"a pool of {self.min_size} to {self.max_size} connections cannot be: "
                "min_size is 0 or more, max_size is 1 or more and not below it"
            )
        for name in ("max_waiting", "prepared_statements"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is 0 or more, not {getattr(self, name)}")
        for name in _TIMES:
            seconds = getattr(self, name)
            if seconds is not None and not seconds > 0:
                raise ValueError(f"{name} is more than 0, not {seconds}")


_TIMES = (
    "acquire_timeout_seconds",
    "connect_timeout_seconds",
    "statement_timeout_seconds",
    "server_timeout_seconds",
    "max_lifetime_seconds",
    "max_idle_seconds",
)
