// `dyad keygen`: makes what two hosts need to move programs between them, and nobody else.
#include "commands.h"

#include "transfer/tls.h"

#include <fmt/format.h>

#include <memory>

namespace dyad {

Action setupKeygen(CLI::App& app) {
    auto folder = std::make_shared<std::string>();
    auto hosts = std::make_shared<std::vector<std::string>>();
    app.add_option("DIR", *folder, "the folder to make")->required();
    app.add_option("--hosts", *hosts, "names: a certificate for each host instead of one key for all")
        ->delimiter(',')
        ->type_name("NAME,NAME...");
    return [folder, hosts] {
        for (const std::string& host : *hosts)
            if (host.empty() || host.front() == '.' || host.find('/') != std::string::npos) {
                fmt::print(stderr, "dyad keygen: error: --hosts takes names that can be folders, found '{}'\n", host);
                return kFailed;
            }
        auto made = hosts->empty() ? makeKey(*folder) : makeCertificates(*folder, *hosts);
        if (!made) {
            fmt::print(stderr, "dyad keygen: error: {}\n", made.error().message);
            return kFailed;
        }
        if (hosts->empty())
            fmt::print(
                "made {0}/psk; copy {0} to both hosts, and give it to dyad receive --tls and dyad migrate --tls\n",
                *folder);
        for (const std::string& host : *hosts)
            fmt::print("made {}/{}; it belongs to {} alone\n", *folder, host, host);
        return 0;
    };
}

} // namespace dyad
