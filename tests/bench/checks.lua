-- A random key a request, put together as cheaply as can be: the load has one core.
local keys, head, tail = {}, nil, nil

function init()
  for key in io.lines(os.getenv("KEYS")) do
    keys[#keys + 1] = key
  end
  math.randomseed(os.time())
  head = "GET /v1/authorize?scope=analytics HTTP/1.1\r\nhost: " .. wrk.host .. "\r\nx-keydeck-gateway: "
    .. os.getenv("GATEWAY") .. "\r\nx-api-key: "
  tail = "\r\nx-forwarded-for: 203.0.113.7\r\n\r\n"
end

function request()
  return head .. keys[math.random(#keys)] .. tail
end
