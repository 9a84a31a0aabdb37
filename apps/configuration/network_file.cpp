#include "apps/configuration/network_file.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <variant>

#include "ann/names.hpp"
#include "apps/configuration/setting.hpp"

namespace stdpscope::apps {
namespace {

using LayerReader = ann::LayerSpec (*)(TableReader&);

void read_synapse_training(TableReader& reader, ann::SynapseTraining& training) {
    reader.maybe("initial_deviation", training.initial_deviation, 0.0);
    reader.maybe("weight_rate", training.weight_rate, 0.0);
    reader.maybe("bias_rate", training.bias_rate, 0.0);
    reader.maybe("weight_decay", training.weight_decay, 0.0);
    reader.maybe("bias_decay", training.bias_decay, 0.0);
}

/// [rows, columns]
void maybe_extent(TableReader& reader, std::string_view key, arma::uword& rows, arma::uword& columns) {
    if (!reader.has(key)) return;
    const auto extent = reader.counts(key, 2, 1);
    rows = extent[0];
    columns = extent[1];
}

void maybe_padding(TableReader& reader, ann::Padding& padding) {
    if (!reader.has("pad")) return;
    const auto sides = reader.counts("pad", 4, 0);
    padding = {.top = sides[0], .bottom = sides[1], .left = sides[2], .right = sides[3]};
}

ann::LayerSpec read_dense(TableReader& reader) {
    ann::DenseSpec layer;
    reader.maybe_name("name", layer.name);
    layer.units = reader.count("units", 1);
    read_synapse_training(reader, layer.training);
    return layer;
}

ann::LayerSpec read_conv2d(TableReader& reader) {
    ann::Conv2dSpec layer;
    reader.maybe_name("name", layer.name);
    layer.channels = reader.count("channels", 1);
    const auto kernel = reader.counts("kernel", 2, 1);
    layer.kernel_rows = kernel[0];
    layer.kernel_columns = kernel[1];
    maybe_extent(reader, "stride", layer.stride_rows, layer.stride_columns);
    maybe_padding(reader, layer.padding);
    read_synapse_training(reader, layer.training);
    return layer;
}

template <ann::PoolKind kind>
ann::LayerSpec read_pool2d(TableReader& reader) {
    ann::Pool2dSpec layer;
    layer.kind = kind;
    reader.maybe_name("name", layer.name);
    maybe_extent(reader, "window", layer.window_rows, layer.window_columns);
    maybe_extent(reader, "stride", layer.stride_rows, layer.stride_columns);
    maybe_padding(reader, layer.padding);
    return layer;
}

/// A setting that only some kinds of activation have: where another kind is given one, the file's author believes in
/// something that would not happen.
template <class Read>
void only_where(TableReader& reader, std::string_view key, bool applies, std::string_view kinds, Read read) {
    if (!reader.has(key)) return;
    if (!applies) reader.reject(key, fmt::format("{} belongs to {} units only", key, kinds));
    read();
}

ann::LayerSpec read_activation(TableReader& reader) {
    using ann::ActivationKind;
    ann::ActivationSpec layer;
    reader.maybe_name("name", layer.name);
    (void)reader.text("kind");
    reader.maybe_choice("kind", layer.kind, ann::activation_kind_names(), ann::activation_kind_of);
    const bool mixes = layer.kind == ActivationKind::mixlu;
    const bool has_neglu = mixes || layer.kind == ActivationKind::neglu || layer.kind == ActivationKind::smooth_neglu;
    only_where(reader, "leak", layer.kind == ActivationKind::leaky_relu, "leaky_relu",
               [&] { reader.maybe("leak", layer.leak, 0.0, 1.0); });
    only_where(reader, "percent_neglu", mixes, "mixlu",
               [&] { reader.maybe("percent_neglu", layer.percent_neglu, 0.0, 100.0); });
    only_where(reader, "mask", mixes, "mixlu",
               [&] { reader.maybe_choice("mask", layer.mask, ann::mixlu_mask_names(), ann::mixlu_mask_of); });
    only_where(reader, "derivative", has_neglu, "neglu, smooth_neglu and mixlu", [&] {
        reader.maybe_choice("derivative", layer.derivative, ann::neglu_derivative_names(), ann::neglu_derivative_of);
    });
    return layer;
}

constexpr std::array<std::string_view, 5> kLayerTypes{"dense", "conv2d", "max_pool2d", "average_pool2d", "activation"};
constexpr std::array<LayerReader, 5> kLayerReaders{read_dense, read_conv2d, read_pool2d<ann::PoolKind::max>,
                                                   read_pool2d<ann::PoolKind::average>, read_activation};

std::optional<LayerReader> layer_reader_of(std::string_view type) {
    const auto found = std::find(kLayerTypes.begin(), kLayerTypes.end(), type);
    if (found == kLayerTypes.end()) return std::nullopt;
    return kLayerReaders[static_cast<std::size_t>(found - kLayerTypes.begin())];
}

ann::LayerSpec read_layer(const toml::table& table, const std::string& file, std::size_t number) {
    TableReader reader(table, file, fmt::format("layer {}", number));
    (void)reader.text("type");
    LayerReader read = nullptr;
    reader.maybe_choice("type", read, kLayerTypes, layer_reader_of);
    ann::LayerSpec layer = read(reader);
    reader.finish();
    return layer;
}

std::vector<ann::LayerSpec> read_layers(TableReader& reader) {
    const toml::node* node = reader.node("layer");
    if (node == nullptr || !node->is_array_of_tables()) {
        reader.reject("layer", "layer must be a list of tables, one [[layer]] or more");
    }
    std::vector<ann::LayerSpec> layers;
    for (const toml::node& layer : *node->as_array()) {
        layers.push_back(read_layer(*layer.as_table(), reader.file(), layers.size() + 1));
    }
    return layers;
}

ann::NetworkSpec read_network(TableReader& reader) {
    ann::NetworkSpec spec;
    spec.name = reader.text("name");
    const auto input = reader.counts("input", 3, 1);
    spec.input = {.channels = input[0], .rows = input[1], .columns = input[2]};
    reader.maybe_choice("loss", spec.loss, ann::loss_kind_names(), ann::loss_kind_of);
    spec.layers = read_layers(reader);
    return spec;
}

void read_training(TableReader& top, ann::NetworkSpec& spec) {
    const toml::node* node = top.node("training");
    if (node == nullptr) return;
    if (!node->is_table()) top.reject("training", "training must be a table, [training]");
    TableReader reader(*node->as_table(), top.file(), "training");
    reader.maybe("epochs", spec.epochs, 1);
    reader.maybe("batch_size", spec.batch_size, 1);
    reader.maybe("learning_rate", spec.sgd.learning_rates, 0.0);
    reader.maybe("momentum", spec.sgd.momentum, 0.0, 1.0);
    reader.maybe("weight_decay", spec.sgd.weight_decay, 0.0);
    reader.finish();
}

std::string synapse_training_toml(const ann::SynapseTraining& training) {
    return fmt::format("initial_deviation = {}\nweight_rate = {}\nbias_rate = {}\nweight_decay = {}\nbias_decay = {}\n",
                       toml_of_number(training.initial_deviation), toml_of_number(training.weight_rate),
                       toml_of_number(training.bias_rate), toml_of_number(training.weight_decay),
                       toml_of_number(training.bias_decay));
}

std::string padding_toml(const ann::Padding& padding) {
    return fmt::format("pad = [{}, {}, {}, {}]\n", padding.top, padding.bottom, padding.left, padding.right);
}

std::string name_toml(const std::string& name) {
    return name.empty() ? "" : fmt::format("name = {}\n", toml_quoted(name));
}

struct LayerWriter {
    std::string operator()(const ann::DenseSpec& layer) const {
        return fmt::format("type = \"dense\"\n{}units = {}\n{}", name_toml(layer.name), layer.units,
                           synapse_training_toml(layer.training));
    }
    std::string operator()(const ann::Conv2dSpec& layer) const {
        return fmt::format("type = \"conv2d\"\n{}channels = {}\nkernel = [{}, {}]\nstride = [{}, {}]\n{}{}",
                           name_toml(layer.name), layer.channels, layer.kernel_rows, layer.kernel_columns,
                           layer.stride_rows, layer.stride_columns, padding_toml(layer.padding),
                           synapse_training_toml(layer.training));
    }
    std::string operator()(const ann::Pool2dSpec& layer) const {
        return fmt::format("type = \"{}_pool2d\"\n{}window = [{}, {}]\nstride = [{}, {}]\n{}", ann::name_of(layer.kind),
                           name_toml(layer.name), layer.window_rows, layer.window_columns, layer.stride_rows,
                           layer.stride_columns, padding_toml(layer.padding));
    }
    std::string operator()(const ann::ActivationSpec& layer) const {
        using ann::ActivationKind;
        std::string text =
            fmt::format("type = \"activation\"\n{}kind = \"{}\"\n", name_toml(layer.name), ann::name_of(layer.kind));
        if (layer.kind == ActivationKind::leaky_relu) text += fmt::format("leak = {}\n", toml_of_number(layer.leak));
        const bool mixes = layer.kind == ActivationKind::mixlu;
        if (mixes) {
            text += fmt::format("percent_neglu = {}\nmask = \"{}\"\n", toml_of_number(layer.percent_neglu),
                                ann::name_of(layer.mask));
        }
        if (mixes || layer.kind == ActivationKind::neglu || layer.kind == ActivationKind::smooth_neglu) {
            text += fmt::format("derivative = \"{}\"\n", ann::name_of(layer.derivative));
        }
        return text;
    }
};

}  // namespace

ann::NetworkSpec read_network_file(const std::filesystem::path& path) {
    const toml::table table = read_toml_file(path);
    TableReader reader(table, path.string(), "");
    ann::NetworkSpec spec = read_network(reader);
    read_training(reader, spec);
    reader.finish();
    return spec;
}

ann::NetworkSpec read_network_table(const toml::table& table, const std::string& file) {
    TableReader reader(table, file, "network");
    ann::NetworkSpec spec = read_network(reader);
    reader.finish();
    return spec;
}

std::string network_table_toml(const ann::NetworkSpec& spec) {
    std::string text =
        fmt::format("[network]\nname = {}\ninput = [{}, {}, {}]\nloss = \"{}\"\n", toml_quoted(spec.name),
                    spec.input.channels, spec.input.rows, spec.input.columns, ann::name_of(spec.loss));
    for (const ann::LayerSpec& layer : spec.layers) text += "\n[[network.layer]]\n" + std::visit(LayerWriter{}, layer);
    return text;
}

}  // namespace stdpscope::apps
