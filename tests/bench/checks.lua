-- A random key a request, put together as cheaply as can be: the load has one core. The keys lie where the collector
-- of garbage doesn't count them: it would let garbage grow with them, and stop for milliseconds to sweep it.
local ffi = require("ffi")
ffi.cdef("void *malloc(size_t);")

local KEY, LINE = 53, 54
local keys, count, head, tail

function init()
  local read = io.open(os.getenv("KEYS")):read("*a")
  keys = ffi.cast("char *", ffi.C.malloc(#read))
  ffi.copy(keys, read, #read)
  count = #read / LINE
  read = nil
  collectgarbage()
  math.randomseed(os.time())
  head = "GET /v1/authorize?scope=analytics HTTP/1.1\r\nhost: " .. wrk.host .. "\r\nx-keydeck-gateway: "
    .. os.getenv("GATEWAY") .. "\r\nx-api-key: "
  tail = "\r\nx-forwarded-for: 203.0.113.7\r\n\r\n"
end

function request()
  local at = (math.random(count) - 1) * LINE
  return head .. ffi.string(keys + at, KEY) .. tail
end
