-- Lines of a sum over a table that changes, for a given number of steps, each of which takes a while.
--   torture.lua STEPS MILLISECONDS
local steps, pause = tonumber(arg[1]), tonumber(arg[2]) / 1000
local words, sum = {}, 0
for i = 1, 20000 do words[i] = tostring(i * 7919 % 10007) end
for step = 1, steps do
    for i = 1, #words, 7 do
        words[i] = tostring((tonumber(words[i]) * 31 + step) % 10007)
        sum = (sum * 33 + #words[i] + tonumber(words[i])) % 1000000007
    end
    print(step, sum)
    local until_then = os.clock() + pause
    while os.clock() < until_then do end
end
