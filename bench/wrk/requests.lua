-- Asks what a file says, line by line and again: METHOD, path and body, tabs between them.
wrk.headers["User-Agent"] = "bench/1.0"
wrk.headers["Accept"] = "application/json"

local requests, last = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    if body == "" then
      body = nil
    else
      headers["Content-Type"] = "application/json"
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

dofile("summary.lua")
