#include "ann/epoch_order.hpp"

#include <numeric>
#include <utility>

#include "ann/random_stream.hpp"

namespace stdpscope::ann {

void draw_epoch_order(std::uint64_t seed, arma::uword epoch, std::vector<arma::uword>& order) {
    const RandomStream stream(seed, RandomPurpose::epoch_order, static_cast<std::uint32_t>(epoch));
    std::iota(order.begin(), order.end(), arma::uword{0});
    for (arma::uword left = order.size(); left > 1; --left) {
        std::swap(order[left - 1], order[stream.below(left, left)]);
    }
}

}  // namespace stdpscope::ann
