#include "analysis/classify/category.hpp"
#include "ann/builtin_networks.hpp"
#include "ann/network.hpp"

int main() {
    using namespace stdpscope;
    const ann::Network network(*ann::builtin_network("lenet"), /*seed=*/0);
    const auto category = analysis::category_of(+1, +1);
    return network.output_shape().units() == 10 && category == analysis::Category::pre_post_potentiation ? 0 : 1;
}
