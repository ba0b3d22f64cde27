-- A random key a request, put together as cheaply as can be: the load has one core. All keys are one string, since
-- the collector of garbage would stop at a table of a million.
local KEY, LINE = 53, 54
local keys, count, head, tail

function init()
  keys = io.open(os.getenv("KEYS")):read("*a")
  count = #keys / LINE
  math.randomseed(os.time())
  head = "GET /v1/authorize?scope=analytics HTTP/1.1\r\nhost: " .. wrk.host .. "\r\nx-keydeck-gateway: "
    .. os.getenv("GATEWAY") .. "\r\nx-api-key: "
  tail = "\r\nx-forwarded-for: 203.0.113.7\r\n\r\n"
end

function request()
  local at = (math.random(count) - 1) * LINE
  return head .. keys:sub(at + 1, at + KEY) .. tail
end
