-- What a browser behind a tracing proxy sends: no two requests are the same.
wrk.headers["User-Agent"] =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
  .. "Chrome/140.0.0.0 Safari/537.36"
wrk.headers["Accept"] = "text/html,application/json;q=0.9,*/*;q=0.8"
wrk.headers["Accept-Encoding"] = "gzip, deflate, br, zstd"
wrk.headers["Accept-Language"] = "en-GB,en;q=0.9"
wrk.headers["Referer"] = "http://127.0.0.1/tasks?page=2"
wrk.headers["Sec-Fetch-Dest"] = "empty"
wrk.headers["Sec-Fetch-Mode"] = "cors"
wrk.headers["Sec-Fetch-Site"] = "same-origin"

local fixed, number

function init()
  -- The formatted request without its closing empty line; the changing fields
  -- are appended to it.
  fixed = wrk.format():sub(1, -3)
  number = math.random(1, 2 ^ 30)
end

function request()
  number = number + 1
  local id = string.format("%016x", number)
  return fixed
    .. "X-Request-ID: " .. id
    .. "\r\ntraceparent: 00-" .. id .. id .. "-" .. id .. "-01"
    .. "\r\nCookie: session=" .. id .. "; theme=dark\r\n\r\n"
end

dofile("summary.lua")
