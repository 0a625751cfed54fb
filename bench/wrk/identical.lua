-- What a plain API client sends, byte for byte the same on every request.
wrk.headers["User-Agent"] = "bench/1.0"
wrk.headers["Accept"] = "*/*"
wrk.headers["Accept-Encoding"] = "gzip, deflate"

dofile("summary.lua")
