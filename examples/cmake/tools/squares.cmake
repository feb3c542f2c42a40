# Writes a C table of the squares of 0 to COUNT-1 into OUTPUT.
math(EXPR last "${COUNT} - 1")
set(numbers)
foreach(i RANGE ${last})
  math(EXPR square "${i} * ${i}")
  list(APPEND numbers ${square})
endforeach()
string(REPLACE ";" ", " numbers "${numbers}")
file(WRITE "${OUTPUT}" "const unsigned squares[${COUNT}] = {${numbers}};\n")
