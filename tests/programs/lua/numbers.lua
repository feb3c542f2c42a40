-- Arithmetic, formatting and parsing of numbers; the mathematical library to the last bit. Argument: how much work.
local scale = tonumber(arg[1]) or 1
local function bits(x) return string.format("%016x", string.unpack("<I8", string.pack("<d", x))) end

for _, f in ipairs { "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "sqrt", "floor", "ceil" } do
    local sum, x = 0, -0.999
    for i = 1, 2000 * scale do
        local y = math[f](x)
        if y == y and y ~= math.huge and y ~= -math.huge then sum = sum + y end
        x = x + 1.998 / (2000 * scale)
    end
    print(f, bits(sum), string.format("%.17g %a", sum, sum))
end

-- n-queens, for integer work and recursion
local function queens(n)
    local function place(row, columns, left, right)
        if row == n then return 1 end
        local found, free = 0, ~(columns | left | right) & ((1 << n) - 1)
        while free ~= 0 do
            local bit = free & -free
            free = free ~ bit
            found = found + place(row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1)
        end
        return found
    end
    return place(0, 0, 0, 0)
end
for n = 4, 8 + (scale > 5 and 2 or 0) do print("queens", n, queens(n)) end

-- The spectral norm of a matrix of reciprocals
local n = 60 * scale
local function A(i, j) return 1 / ((i + j) * (i + j + 1) / 2 + i + 1) end
local u, v = {}, {}
for i = 0, n - 1 do u[i] = 1 end
for _ = 1, 3 do
    for i = 0, n - 1 do local s = 0; for j = 0, n - 1 do s = s + A(i, j) * u[j] end; v[i] = s end
    for i = 0, n - 1 do local s = 0; for j = 0, n - 1 do s = s + A(j, i) * v[j] end; u[i] = s end
end
local dot = 0
for i = 0, n - 1 do dot = dot + u[i] * v[i] end
print("spectral", bits(dot), string.format("%.15e", dot))

for _, text in ipairs { "0x1p-1074", "1e308", "1.7976931348623157e308", "4.9e-324", "0.1", "123456789012345678", "0x.8p1", "1e400", "nan", "-0.0" } do
    local x = tonumber(text)
    print(text, x and bits(x + 0.0), x)
end
print(math.maxinteger + 1 == math.mininteger, math.maxinteger // -1, 7 // -2, 7 % -2, -7 // 2.0, 5.5 % -2)
print(pcall(function() return 1 // 0 end))
print(pcall(function() return 1 % 0 end))
print(1 / 0, -1 / 0, math.type(2 ^ 53), 2 ^ 53 | 0, string.format("%d %5.2f %g %q", 42, math.pi, 1e100, 0.1))
