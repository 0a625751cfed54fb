"""Measure Drystone against its peers: `python -m bench`, or `make bench`.

Not part of the installed package, and nothing in `src/` imports it. How it
measures, and how to read what it writes, is told in docs/performance.md.

    __main__    the command: which servers, which workloads, how long
    servers     the catalogue: each server's command and what it needs to run
    workloads   what is asked of them: path, expected body, kind of headers
    process     one server process: start on its core, find its tree, end it
    probe       one checked request
    load        many requests: wrk, or `generator` where there is no wrk
    idle        many connections and no requests
    rounds      A B C A B C …: every server, every workload, again and again
    samples     what one round yields, and medians and ratios over rounds
    targets     the ratios that Drystone sets itself
    report      JSON and Markdown;  `picture` draws the bars
    data/       the data layer, without HTTP;  api/  the generated API, over HTTP
"""
