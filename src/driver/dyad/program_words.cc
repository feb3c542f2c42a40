// Separates the options of a subcommand that starts a program from the program's own words.
#include "commands.h"

#include <algorithm>

namespace dyad {

ProgramWords takeProgramWords(const CLI::App &app, std::vector<std::string> &words) {
    ProgramWords program;
    std::vector<std::string> ours;
    auto word = words.begin();
    auto rest = [&](auto from) { program.arguments.assign(from, words.end()); };
    for (; word != words.end(); ++word) {
        if (*word == "--") {
            ++word;
            if (program.image.empty() && word != words.end()) program.image = *word++;
            rest(word);
            break;
        }
        if (word->size() < 2 || word->front() != '-') {
            if (!program.image.empty()) {
                rest(word);
                break;
            }
            program.image = *word;
            continue;
        }
        const CLI::Option *option = app.get_option_no_throw(word->substr(0, word->find('=')));
        if (!option && !program.image.empty() && std::find(word, words.end(), "--") == words.end()) {
            rest(word);
            break;
        }
        ours.push_back(*word);
        // An option with an optional value takes it after "=" only, so that it cannot swallow the image's name.
        bool takesNext = option && option->get_items_expected_min() > 0 && word->find('=') == std::string::npos;
        if (takesNext && word + 1 != words.end()) ours.push_back(*++word);
    }
    words = std::move(ours);
    return program;
}

} // namespace dyad
