// "did you mean": the closest name by edit distance with transpositions (optimal string alignment).
#include "commands.h"

#include <algorithm>

namespace dyad {

static size_t editDistance(const std::string &a, const std::string &b) {
    std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i)
        cost[i][0] = i;
    for (size_t j = 0; j <= b.size(); ++j)
        cost[0][j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        for (size_t j = 1; j <= b.size(); ++j) {
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

std::string closest(const std::string &word, const std::vector<std::string> &candidates) {
    std::string best;
    // A third of the letters may be wrong, as in clang's and git's suggestions.
    size_t bestDistance = std::max<size_t>(1, word.size() / 3) + 1;
    for (const std::string &candidate : candidates) {
        size_t distance = editDistance(word, candidate);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace dyad
