"""Logs: one event is one line, from whatever logger it comes.

Every part of the platform writes to standard `logging` with plain fields:

    log = logging.getLogger("drystone.routing")
    log.error("request failed", extra={"request_id": request.id})

`configure_logs` decides, once per process, how such events look: JSON for machines,
aligned text for a developer. An application may use `structlog.get_logger()` as well;
both pass through the same steps, and so do asyncio, uvloop and warnings.

    event ─► level, logger, time ─► exception as data ─► secrets out ─► rendered ─► line

Invariants:
- One event is one line of ASCII in JSON. In text, a traceback follows its event,
  indented; nothing that a caller chose can begin a line or steer the terminal.
- A traceback never shows the values of variables: they hold secrets.
- Logging never blocks and never raises; see `lines`.

structlog is imported when logs are configured, so that a process which only imports
the package does not pay for it.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from drystone.observe.escaping import escape_block, escape_controls
from drystone.observe.lines import LineWriter
from drystone.observe.redaction import redact

if TYPE_CHECKING:
    from structlog.typing import Processor, WrappedLogger

Style: TypeAlias = Literal["json", "text"]

# structlog's own name and shape for what passes through its processors.
EventDict: TypeAlias = MutableMapping[str, Any]

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_STDOUT: Final = 1
_FLUSH_SECONDS: Final = 1.0


class LineHandler(logging.Handler):
    """Give each record to a `LineWriter`, as bytes.

    Args:
        lines: where they go.
        style: what they look like.
    """

    def __init__(self, lines: LineWriter, *, style: Style) -> None:
        super().__init__()
        self.lines = lines
        self.style = style

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; one that cannot be rendered is reported, not raised."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001  (whatever an argument's __str__ raised)
            self.handleError(record)
        else:
            self.lines.write(line.encode("utf-8", "backslashreplace") + b"\n")


def configure_logs(*, level: str = "info", style: Style = "json", fd: int = _STDOUT) -> None:
    """Send everything that is logged in this process to `fd`.

    Call it once per process, before anything is served; a second call replaces what
    the first one set up.

    Args:
        level: the least level that is written: one of `LEVELS`, in any case.
        style: `json` in production, `text` for people.
        fd: open for writing. Colours are used where it is a terminal.

    Raises:
        ValueError: there is no such level or style.
    """
    if level.lower() not in LEVELS:
        raise ValueError(f"there is no log level {level!r}; write one of {', '.join(LEVELS)}")
    if style not in {"json", "text"}:
        raise ValueError(f"there is no log style {style!r}; write 'json' or 'text'")
    lines = LineWriter(fd)
    handler = LineHandler(lines, style=style)
    shared = _shared_processors()
    handler.setFormatter(_formatter(shared, style=style, colours=os.isatty(fd)))
    _configure_structlog(shared)
    _replace_handler(handler, level.upper())
    logging.captureWarnings(capture=True)
    atexit.register(lines.flush, timeout_seconds=_FLUSH_SECONDS)


def _replace_handler(handler: LineHandler, level: str) -> None:
    root = logging.getLogger()
    for known in tuple(root.handlers):
        if isinstance(known, LineHandler):
            root.removeHandler(known)
    root.addHandler(handler)
    root.setLevel(level)


def _shared_processors() -> list[Processor]:
    from structlog import processors, stdlib  # noqa: PLC0415  (see the module's description)

    return [
        stdlib.add_log_level,
        stdlib.add_logger_name,
        processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(shared: list[Processor], *, style: Style, colours: bool) -> logging.Formatter:
    from structlog import stdlib  # noqa: PLC0415

    last = _json_processors() if style == "json" else _text_processors(colours=colours)
    return stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, stdlib.ExtraAdder(), _drop_rendered],
        processors=[stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _json_processors() -> list[Processor]:
    from structlog import processors, tracebacks  # noqa: PLC0415

    as_data = tracebacks.ExceptionDictTransformer(show_locals=False, use_rich=False)
    return [
        processors.ExceptionRenderer(as_data),
        _redact,
        # ASCII only: no reader breaks a line, or obeys an escape sequence, inside one.
        processors.JSONRenderer(serializer=json.dumps),
    ]


def _text_processors(*, colours: bool) -> list[Processor]:
    from structlog import dev, processors  # noqa: PLC0415

    return [
        processors.format_exc_info,
        _redact,
        _escape,
        dev.ConsoleRenderer(
            colors=colours, force_colors=colours, exception_formatter=dev.plain_traceback
        ),
    ]


def _configure_structlog(shared: list[Processor]) -> None:
    import structlog  # noqa: PLC0415

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _drop_rendered(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave out what other handlers' formatters wrote into the record."""
    event.pop("message", None)
    event.pop("asctime", None)
    return event


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return redact(event)


def _escape(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape each text; what is no text is shown by `repr`, which escapes it."""
    return {key: _escape_value(key, value) for key, value in event.items()}


def _escape_value(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    return escape_block(value) if key == "exception" else escape_controls(value)
