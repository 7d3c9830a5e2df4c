"""What is written down while the portal runs: a JSON object a line in production, plain lines elsewhere."""

from typing import Any

import structlog

SHARED: list[structlog.types.Processor] = [
    # Names the request (and the person, by number) in every line that is written while it is answered.
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """Settings for `LOGGING`; sets structlog up to go the same way as everything else."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "ours": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered(as_json)],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # The clock knocks every two seconds: only what goes wrong is worth a line.
            "celery.beat": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            # Each request is in structlog's own lines already.
            "django.request": {"level": "ERROR"},
        },
    }


def rendered(as_json: bool) -> list[structlog.types.Processor]:
    if as_json:
        return [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    # Plain, since a traceback with local variables would show people and money, and takes minutes over large arrays.
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
