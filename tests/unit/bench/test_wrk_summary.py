"""Reading what a load generator says."""

from __future__ import annotations

import pytest
from bench.load import Load, parse_summary
from bench.probe import Unmeasurable

SUMMARY = '{"requests":1200,"duration_us":2000000,"p50_us":310,"p99_us":1250,"errors":3}'

WRK_OUTPUT = f"""\
Running 2s test @ http://127.0.0.1:8000/plaintext
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   340.00us  158.00us   4.10ms   90.00%
    Req/Sec    600.00     10.00     1.00k   100.00%
  1200 requests in 2.00s, 150.00KB read
  Socket errors: connect 0, read 3, write 0, timeout 0
Requests/sec:    600.00
Transfer/sec:     75.00KB
{SUMMARY}
"""

EXPECTED = Load(requests=1200, seconds=2.0, p50_ms=0.31, p99_ms=1.25, errors=3)


@pytest.mark.parametrize("output", [WRK_OUTPUT, SUMMARY, SUMMARY + "\n\n"])
def test_the_last_line_is_the_summary(output: str) -> None:
    assert parse_summary(output) == EXPECTED


@pytest.mark.parametrize(
    "output", ["", "unable to connect", SUMMARY + "\nKilled", "{}", "[1]", "3", '{"requests":1}']
)
def test_no_summary_is_no_measurement(output: str) -> None:
    with pytest.raises(Unmeasurable, match="the load generator said"):
        parse_summary(output)
