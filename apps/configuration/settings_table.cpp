#include <limits>

#include "apps/configuration/setting.hpp"

namespace stdpscope::apps {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

std::vector<Setting> network_settings() {
    return {
        {.key = "network.name",
         .type = SettingType::text,
         .default_text = "lenet",
         .description = "network to train: lenet, lenet5, mlp or the path of a network file (FILE.toml)"},
        {.key = "mixlu.percent_neglu",
         .type = SettingType::number,
         .default_note = "the network's own; 0 in the built-in ones",
         .description = "share of NegLU units in layers of ReLU or MixLU units, which become MixLU layers",
         .unit = "%",
         .minimum = 0,
         .maximum = 100},
        {.key = "mixlu.mask",
         .type = SettingType::choice,
         .default_note = "the network's own, else unit",
         .description = "how NegLU units are chosen: unit (drawn once) or element (anew for every unit and sample)",
         .choices = {"unit", "element"}},
        {.key = "mixlu.derivative",
         .type = SettingType::choice,
         .default_note = "the network's own, else exact",
         .description =
             "derivative of NegLU units: exact (1 where x < 0), inverted (-1 where x < 0), released (1 where "
             "x > 0)",
         .choices = {"exact", "inverted", "released"}},
        {.key = "mixlu.place",
         .type = SettingType::choice,
         .default_text = "all",
         .description = "activation layers that the mixlu settings change: all, or those that follow a dense layer",
         .choices = {"all", "dense"}},
    };
}

std::vector<Setting> training_settings() {
    return {
        {.key = "training.epochs",
         .type = SettingType::integer,
         .default_note = "the network's own",
         .description = "passes over the training set",
         .unit = "epochs",
         .minimum = 1,
         .maximum = 1e9},
        {.key = "training.batch_size",
         .type = SettingType::integer,
         .default_note = "the network's own",
         .description = "samples a weight update",
         .unit = "samples",
         .minimum = 1,
         .maximum = 1e9},
        {.key = "training.seed",
         .type = SettingType::integer,
         .default_text = "0",
         .description =
             "seed of every random stream: initial weights, order of samples, masks, flips, sampled synapses",
         .minimum = 0},
        {.key = "training.threads",
         .type = SettingType::integer,
         .default_note = "all cores",
         .description = "threads; the result is the same for any number",
         .unit = "threads",
         .minimum = 1,
         .maximum = 4096},
        {.key = "training.learning_rate",
         .type = SettingType::number_list,
         .default_note = "the network's own",
         .description = "learning rate of epoch 1, 2, ...; the last one serves all later epochs",
         .minimum = 0},
        {.key = "training.momentum",
         .type = SettingType::number,
         .default_note = "the network's own",
         .description = "momentum of the stochastic gradient descent",
         .minimum = 0,
         .maximum = 1},
        {.key = "training.weight_decay",
         .type = SettingType::number,
         .default_note = "the network's own",
         .description = "weight decay, before each layer's own factor",
         .minimum = 0},
        {.key = "training.full_training_error",
         .type = SettingType::boolean,
         .default_text = "false",
         .description = "also measure the training error in a full pass after each epoch"},
    };
}

std::vector<Setting> data_settings() {
    return {
        {.key = "data.source",
         .type = SettingType::text,
         .default_text = "fashion-mnist",
         .description = "images: mnist:DIR, fashion-mnist[:DIR], cifar10:DIR or synthetic[:N]"},
        {.key = "data.subtract_mean",
         .type = SettingType::boolean,
         .default_text = "true",
         .description = "subtract the training set's mean image"},
        {.key = "data.contrast_normalization",
         .type = SettingType::boolean,
         .default_note = "true for cifar10, else false",
         .description = "subtract each image's mean and scale it by mean(deviation) / max(deviation, 40)"},
        {.key = "data.whitening",
         .type = SettingType::boolean,
         .default_note = "true for cifar10, else false",
         .description = "scale the images along the eigenvectors of the training covariance"},
        {.key = "data.flip",
         .type = SettingType::number,
         .default_text = "0",
         .description = "probability with which a training batch is mirrored left to right",
         .minimum = 0,
         .maximum = 1},
    };
}

std::vector<Setting> trace_settings() {
    return {
        {.key = "trace.level",
         .type = SettingType::choice,
         .default_text = "counts",
         .description = "what the trace keeps; each level keeps all of those before it",
         .choices = {"off", "counts", "samples", "planes", "full"}},
        {.key = "trace.record_every",
         .type = SettingType::integer,
         .default_text = "100",
         .description = "steps a record of counts; a record also ends with its epoch (default in simulations: a second "
                        "of biological time)",
         .unit = "steps",
         .minimum = 1},
        {.key = "trace.sample_synapses",
         .type = SettingType::integer,
         .default_text = "256",
         .description = "synapses of each layer kept with their values (level samples)",
         .unit = "synapses",
         .minimum = 1},
        {.key = "trace.sample_every",
         .type = SettingType::integer,
         .default_text = "10",
         .description = "steps between sampled steps (level samples)",
         .unit = "steps",
         .minimum = 1},
        {.key = "trace.planes_every",
         .type = SettingType::integer,
         .default_text = "100",
         .description = "steps between steps whose signs are all kept (level planes)",
         .unit = "steps",
         .minimum = 1},
        {.key = "trace.updates_every",
         .type = SettingType::integer,
         .default_text = "100",
         .description = "steps between steps whose weight updates are all kept (level full; in simulations weights, by "
                        "default once a second of biological time)",
         .unit = "steps",
         .minimum = 1},
        {.key = "trace.update_timing",
         .type = SettingType::choice,
         .default_text = "pairs",
         .description = "timing of an update: sum of its firing pairs' timing signs, or integral of their timings",
         .choices = {"pairs", "integral"}},
        {.key = "trace.layers",
         .type = SettingType::text_list,
         .default_text = "",
         .default_note = "all",
         .description =
             "names of the layers (in simulations: plastic projections) that the trace keeps, such as conv1,dense5"},
        {.key = "trace.segment_mebibytes",
         .type = SettingType::integer,
         .default_text = "2048",
         .description = "size beyond which a new trace file is begun",
         .unit = "MiB",
         .minimum = 1,
         .maximum = 1048576},
    };
}

std::vector<Setting> simulation_settings() {
    return {
        {.key = "simulation.protocol",
         .type = SettingType::choice,
         .default_note = "network where the configuration file has one, else it must be given",
         .description =
             "what is simulated: pairing (published pairing experiments), song2000 (one neuron, 1000 plastic "
             "inputs), vogels-abbott (4000 neurons, recurrent), vogels-abbott-large (20000 neurons), kernel "
             "(plastic synapses between sources), kernel-sparse, rate-derivative (rising and falling postsynaptic "
             "rates), from-trace (a training's events as spikes), network (the populations and projections of the "
             "configuration file)",
         .choices = {"pairing", "song2000", "vogels-abbott", "vogels-abbott-large", "kernel", "kernel-sparse",
                     "rate-derivative", "from-trace", "network"}},
        {.key = "simulation.experiment",
         .type = SettingType::choice,
         .default_text = "all",
         .description = "which experiments protocol pairing repeats",
         .choices = {"all", "bi-poo-1998", "table5-pre-post-potentiation", "table5-pre-post-depression",
                     "table5-post-pre-potentiation", "table5-post-pre-depression", "bell-1997", "letzkus-2006-proximal",
                     "letzkus-2006-distal", "fino-2010"}},
        {.key = "simulation.source",
         .type = SettingType::text,
         .default_note = "none",
         .description = "run of a training, with a trace of level samples or more, whose events protocol from-trace "
                        "turns into spikes"},
        {.key = "simulation.window",
         .type = SettingType::choice,
         .default_text = "response",
         .description = "window of protocol from-trace: normal or inverted by the response's sign, or the same turned "
                        "round at synapses that inhibit (effect)",
         .choices = {"response", "effect"}},
        {.key = "simulation.events",
         .type = SettingType::integer,
         .default_text = "100000",
         .description = "events that protocol from-trace takes at most, evenly over the training",
         .unit = "events",
         .minimum = 1,
         .maximum = 1e7},
        {.key = "simulation.seconds",
         .type = SettingType::number,
         .default_note = "the protocol's own",
         .description = "biological time",
         .unit = "s",
         .minimum = 1e-6,
         .maximum = 1e7},
        {.key = "simulation.seed",
         .type = SettingType::integer,
         .default_text = "0",
         .description = "seed of every random stream: connections, initial weights and potentials, sources, sampled "
                        "synapses",
         .minimum = 0},
        {.key = "simulation.threads",
         .type = SettingType::integer,
         .default_note = "all cores; 1 for pairing and song2000",
         .description = "threads; the result is the same for any number",
         .unit = "threads",
         .minimum = 1,
         .maximum = 256},
        {.key = "simulation.dt_ms",
         .type = SettingType::number,
         .default_text = "0.1",
         .description = "time step",
         .unit = "ms",
         .minimum = 1e-4,
         .maximum = 100},
    };
}

std::vector<Setting> all_settings() {
    std::vector<Setting> all = network_settings();
    for (const auto& group : {training_settings(), data_settings(), simulation_settings(), trace_settings()}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    for (Setting& setting : all) {
        // 2^53: the largest bound up to which every integer has a double of its own, so that bounds compare exactly.
        if (setting.type == SettingType::integer && setting.maximum == kUnbounded) setting.maximum = 9007199254740992.0;
    }
    return all;
}

}  // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> all = all_settings();
    return all;
}

}  // namespace stdpscope::apps
