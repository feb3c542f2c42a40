# Word frequencies: associative arrays and field splitting.
{
    for (i = 1; i <= NF; i++) count[$i]++
    fields += NF
}
END {
    for (word in count) {
        distinct++
        if (count[word] > most || (count[word] == most && word < best)) { most = count[word]; best = word }
        of[count[word]]++
    }
    print NR, fields, distinct, best, most
    for (i = 1; i <= 20; i++) print i, of[i] + 0
}
