-- Sorting, closures, tables and string buffers. Argument: how much work.
local scale = tonumber(arg[1]) or 1
local state = 42
local function below(limit)
    state = (state * 1103515245 + 12345) % 2147483648
    return state // 65536 % limit
end

local function quicksort(list, low, high, less)
    while low < high do
        local pivot, i, j = list[(low + high) // 2], low, high
        repeat
            while less(list[i], pivot) do i = i + 1 end
            while less(pivot, list[j]) do j = j - 1 end
            if i <= j then
                list[i], list[j] = list[j], list[i]
                i, j = i + 1, j - 1
            end
        until i > j
        if j - low < high - i then
            quicksort(list, low, j, less)
            low = i
        else
            quicksort(list, i, high, less)
            high = j
        end
    end
end

local count = 20000 * scale
local list, words = {}, {}
for i = 1, count do
    list[i] = below(32768) * 32768 + below(32768)
    words[i] = string.format("%05x-%s", below(32768), ("ab"):rep(below(5)))
end
local copy = table.move(list, 1, count, 1, {})
quicksort(list, 1, count, function(a, b) return a < b end)
table.sort(copy)
for i = 1, count do assert(list[i] == copy[i], i) end
table.sort(words, function(a, b) return a > b end)
print(list[1], list[count // 2], list[count])
print(words[1], words[count // 2], words[count])
local sum = 0
for i, value in ipairs(list) do sum = (sum * 31 + value * i) % 1000000007 end
print("checksum", sum)
