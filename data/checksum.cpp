#include "data/checksum.hpp"

#include <zlib.h>

#include <array>
#include <cstdio>

namespace stdpscope::data {

std::uint32_t checksum(const Dataset& dataset) {
    uLong sum = crc32_z(0, nullptr, 0);
    for (const ImageSet* images : {&dataset.training, &dataset.test}) {
        // A null pointer would start the sum anew.
        if (!images->pixels.empty()) sum = crc32_z(sum, images->pixels.memptr(), images->pixels.n_elem);
        if (!images->labels.empty()) sum = crc32_z(sum, images->labels.data(), images->labels.size());
    }
    return static_cast<std::uint32_t>(sum);
}

std::string checksum_text(std::uint32_t checksum) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", checksum);
    return text.data();
}

}  // namespace stdpscope::data
