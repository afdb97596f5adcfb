-- GET requests in turn from args[1] addresses behind a proxy, with the tokens of the file args[2], one per line.
-- Prepared once, so that wrk does no more per request than look the next one up.
local requests, next_request = {}, 0

local function lines_of(path)
  local lines = {}
  if path then
    for line in io.lines(path) do lines[#lines + 1] = line end
  end
  return lines
end

function init(args)
  local addresses = tonumber(args[1])
  local tokens = lines_of(args[2])
  for i = 0, math.max(addresses, #tokens) - 1 do
    if addresses > 1 then
      local n = i % addresses
      wrk.headers['X-Forwarded-For'] = string.format('10.1.%d.%d', math.floor(n / 250), n % 250 + 1)
    end
    if #tokens > 0 then wrk.headers['Authorization'] = 'Bearer ' .. tokens[i % #tokens + 1] end
    requests[i + 1] = wrk.format('GET')
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
