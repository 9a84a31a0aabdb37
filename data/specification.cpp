#include "data/specification.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "data/cifar10.hpp"
#include "data/error.hpp"
#include "data/mnist.hpp"
#include "data/synthetic.hpp"

namespace stdpscope::data {

namespace {

constexpr const char* kFashionMnistFolder = "/usr/share/datasets/fashion-mnist";
constexpr const char* kFashionMnistPackage = "dataset-fashion-mnist";
constexpr arma::uword kLargestSynthetic = 1'000'000;

struct Request {
    std::string text;                     ///< as given, for messages
    std::optional<std::string> argument;  ///< what follows the first colon
};

[[noreturn]] void reject(const Request& request, const std::string& why) {
    throw BadSpecification("data specification '" + request.text + "': " + why);
}

std::string folder_of(const Request& request, const std::string& kind) {
    if (!request.argument || request.argument->empty())
        reject(request, kind + " needs a folder, as in " + kind + ":DIR");
    return *request.argument;
}

Dataset load_fashion_mnist(const Request& request) {
    if (request.argument)
        return load_mnist(folder_of(request, "fashion-mnist"), "fashion-mnist", fashion_mnist_class_names());
    std::error_code error;
    if (!std::filesystem::is_directory(kFashionMnistFolder, error))
        throw MissingInput(kFashionMnistFolder, std::string("no such folder; install the Debian package ") +
                                                    kFashionMnistPackage + " or name a folder: fashion-mnist:DIR");
    return load_mnist(kFashionMnistFolder, "fashion-mnist", fashion_mnist_class_names());
}

Dataset load_synthetic(const Request& request) {
    if (!request.argument) return make_synthetic();
    const std::string& text = *request.argument;
    arma::uword count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kLargestSynthetic)
        reject(request, "number of training images '" + text + "' must be a whole number in 1 .. " +
                            std::to_string(kLargestSynthetic));
    return make_synthetic({.training_images = count, .test_images = std::max<arma::uword>(count / 6, 100)});
}

struct Kind {
    std::string_view name;
    std::string_view usage;
    Dataset (*load)(const Request&);
};

const std::array<Kind, 4> kKinds{{
    {"mnist", "mnist:DIR",
     [](const Request& r) { return load_mnist(folder_of(r, "mnist"), "mnist", mnist_class_names()); }},
    {"fashion-mnist", "fashion-mnist[:DIR]", load_fashion_mnist},
    {"cifar10", "cifar10:DIR", [](const Request& r) { return load_cifar10(folder_of(r, "cifar10")); }},
    {"synthetic", "synthetic[:N]", load_synthetic},
}};

/// Levenshtein distance: insertions, deletions and replacements of a letter.
std::size_t edits_between(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

[[noreturn]] void reject_kind(const Request& request, std::string_view kind) {
    std::string why = "unknown kind '" + std::string(kind) + "', want one of";
    for (const Kind& known : kKinds) why += (known.name == kKinds.front().name ? " " : ", ") + std::string(known.usage);
    const auto nearest = std::min_element(kKinds.begin(), kKinds.end(), [kind](const Kind& left, const Kind& right) {
        return edits_between(kind, left.name) < edits_between(kind, right.name);
    });
    if (edits_between(kind, nearest->name) <= nearest->name.size() / 2)
        why += " (did you mean " + std::string(nearest->name) + "?)";
    reject(request, why);
}

}  // namespace

Dataset load(const std::string& specification) {
    const std::size_t colon = specification.find(':');
    const std::string kind = specification.substr(0, colon);
    Request request{.text = specification, .argument = std::nullopt};
    if (colon != std::string::npos) request.argument = specification.substr(colon + 1);
    const auto known = std::find_if(kKinds.begin(), kKinds.end(), [&kind](const Kind& k) { return k.name == kind; });
    if (known == kKinds.end()) reject_kind(request, kind);
    return known->load(request);
}

}  // namespace stdpscope::data
