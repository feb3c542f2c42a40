# Regular expressions, substitution, string functions and formatted output.
BEGIN { OFS = "|" }
/^[0-9]+,/ { split($0, part, /,/); amount[part[2]] += part[3]; next }
/([aeiou][aeiou]).*\1|st$|^qu/ { hits++ }
NR % 50 == 0 {
    line = $0
    changed = gsub(/[aeiou]+/, "<&>", line)
    print NR, changed, toupper(substr(line, 1, 40)), length($0), index($0, "st"), match($0, /[0-9]+ [0-9]+/), RSTART, RLENGTH
}
NR % 997 == 0 { printf "%8d %-12.5s %e %x %c %5.1f%%\n", NR, $1, NR / 7, NR, $1, NR % 100 }
END {
    for (word in amount) { n++; total += amount[word] }
    printf "%d %d %.6f\n", n, hits, total
}
