-- Strings, patterns, coroutines, metatables, errors and files. Argument: how much work.
local scale = tonumber(arg[1]) or 1

local words = {}
local file = assert(io.open("sort.lua"))
for line in file:lines() do
    for word in line:gmatch("%a+") do words[word] = (words[word] or 0) + 1 end
end
file:close()
local keys = {}
for word in pairs(words) do keys[#keys + 1] = word end
table.sort(keys)
for i = 1, #keys, 7 do io.write(keys[i], "=", words[keys[i]], " ") end
print()

-- A producer and a consumer as coroutines
local producer = coroutine.wrap(function()
    for i = 1, 5000 * scale do coroutine.yield(i, ("x"):rep(i % 13)) end
    return nil
end)
local length, last = 0, 0
for i, s in producer do length, last = length + #s, i end
print("coroutine", last, length)

-- Errors through several levels, with tracebacks and to-be-closed variables
local log = {}
local function risky(depth)
    local guard <close> = setmetatable({}, { __close = function(_, e) log[#log + 1] = depth .. ":" .. tostring(e) end })
    if depth == 0 then error("bottom", 0) end
    risky(depth - 1)
end
print(pcall(risky, 5))
print(table.concat(log, " "))
print(select(2, xpcall(function() local x = nil; return x.field end, function(m) return "handled: " .. m end)))
local deep = 0
local function recurse() deep = deep + 1; return 1 + recurse() end
local ok, message = pcall(recurse)
print(ok, message:match("stack overflow"), deep > 1000)

-- A class with operators, and garbage that must be found
local Vector = {}
Vector.__index = Vector
Vector.__add = function(a, b) return setmetatable({ a[1] + b[1], a[2] + b[2] }, Vector) end
Vector.__eq = function(a, b) return a[1] == b[1] and a[2] == b[2] end
Vector.__tostring = function(v) return "(" .. v[1] .. ", " .. v[2] .. ")" end
local sum = setmetatable({ 0, 0 }, Vector)
for i = 1, 20000 * scale do sum = sum + setmetatable({ i, 1 / i }, Vector) end
print(sum)
local finalized = 0
for _ = 1, 1000 do setmetatable({}, { __gc = function() finalized = finalized + 1 end }) end
collectgarbage()
collectgarbage()
print("finalized", finalized)

print(("hello world from Lua"):gsub("(%w+) (%w+)", "%2 %1"))
print(("key = value; other=thing"):gsub("(%w+)%s*=%s*(%w+)", { key = "K", other = false }))
print(utf8.char(228, 8364, 128512), utf8.len("äöü"), #utf8.char(0x10FFFF))
print(string.pack(">i4 z s1", 100000, "zero", "counted"):byte(1, -1))
print(os.time { year = 2020, month = 2, day = 29, hour = 12 } - os.time { year = 2020, month = 2, day = 28, hour = 12 })
print(os.date("!%Y-%m-%dT%H:%M:%S", 1600000000))

local out = assert(io.open("out.txt", "w"))
out:setvbuf("full", 1000)
for i = 1, 2000 * scale do out:write(i, "\t", i * i, "\n") end
out:close()
local input = assert(io.open("out.txt", "rb"))
input:seek("end", -20)
print(input:read("a"))
print(input:seek("cur"), input:seek("set", 3), input:read("n", "n", "l"))
input:close()
print(os.rename("out.txt", "renamed.txt"), os.remove("missing.txt"))
print(io.open("no/such/file"))
