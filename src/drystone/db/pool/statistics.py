"""A pool's numbers, for metrics and for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """What a pool is doing at one moment, and has done since it began.

    Attributes:
        size: connections open: idle, in use and being mended.
        idle: of them, those that nobody uses.
        in_use: of them, those that are lent.
        opening: connections being opened.
        waiting: callers waiting for one.
        away: whether the database could not be reached at the last attempt.
        opened: connections opened so far.
        failed: attempts to open one that failed.
        evicted: connections given up because they were broken, read-only or left unclean.
        retired: connections closed for their age, or for want of use.
        refused: callers turned away because too many were waiting.
        timed_out: callers that waited in vain.
    """

    size: int
    idle: int
    in_use: int
    opening: int
    waiting: int
    away: bool
    opened: int
    failed: int
    evicted: int
    retired: int
    refused: int
    timed_out: int
