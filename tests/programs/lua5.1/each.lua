-- Runs scripts of Lua 5.1's test suite, one after the other, in this one process, and says how each ended.
--
-- The suite's own all.lua stops at the first script that fails and needs a shell for some; here a script that fails on every
-- machine alike (the C library is musl) is followed by the next, and the test compares what was said.

package.path = "./?.lua"

-- Scripts use this to say what they leave out on this build of Lua.
function Message(text) print("left out: " .. text) end

-- There are no processes; a script asks whether this function works at all.
io.popen = function() error("no processes") end

-- What differs from run to run: names of temporary files, times.
local count = 0
os.tmpname = function()
    count = count + 1
    return "temporary" .. count
end
os.clock = function() return 0 end
local date = os.date
os.date = function(format, time) return date(format, time or 1e9) end

-- musl takes any locale's name and behaves as in locale C; the scripts take a name that is accepted for the thing itself.
local setlocale = os.setlocale
os.setlocale = function(name, category)
    if name and name ~= "C" and name ~= "" then return nil end
    return setlocale(name, category)
end

local function where(failure) return debug.traceback(tostring(failure), 2) end

for _, name in ipairs(arg) do
    print("== " .. name)
    local script, failure = loadfile(name)
    local good = script ~= nil
    if good then
        good, failure = xpcall(script, where)
    end
    print(good and "== passed" or "== failed: " .. failure)
    T = nil -- the library of internal tests, for which a script may have put something else
end
