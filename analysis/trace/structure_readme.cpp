#include "analysis/trace/structure_readme.hpp"

namespace stdpscope::analysis {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    lines.push_back(text.substr(begin));
    return lines;
}

const char* const kReadme =
    "This is a trace of stdpscope: the training of a neural network, read as synaptic plasticity.\n"
    "\n"
    "Every dataset has the attributes axes (names of its axes, the slowest first), unit and description.\n"
    "Rows count only below what is committed: /commit is the number of records (rows of records/ and of the\n"
    "histograms under layers/); rows of samples/, planes/ and updates/ count below records/sampled_steps_end,\n"
    "planes_steps_end and updates_steps_end of the last committed record, less the attribute first_sampled_step,\n"
    "first_planes_step or first_updates_step of the file (the rows in the run's earlier files).\n"
    "The file must have at least /commit_bytes bytes; else its end is lost.\n"
    "\n"
    "layers/NAME/events/histogram counts plasticity events: every use of a synapse, one a sample and position of\n"
    "the output map, by four signs. Along each of the last four axes the places 0, 1, 2 are the signs -1, 0, +1.\n"
    "  transmitter  sign of the presynaptic activation a: + excitatory, - inhibitory\n"
    "  receptor     sign of the weight w: + normal effect, - opposite effect\n"
    "  timing       sign of -D, D = dLoss/dactivation of the postsynaptic unit: + the presynaptic unit fired first\n"
    "  response     sign of the derivative F of the postsynaptic activation function: + normal STDP, - inverted\n"
    "A firing pair is an event with transmitter, timing and response all non-zero; the change that it asks for is\n"
    "the product of these three signs.\n"
    "layers/NAME/updates/histogram counts weight updates, one a weight and step, by receptor, timing (sign of the sum\n"
    "over the firing pairs of the batch) and change (sign of the update applied).\n"
    "\n"
    "A synapse is strengthened (measure = magnitude) where receptor x change > 0, or receptor = 0 and change is not;\n"
    "or (measure = signed) where change > 0. The categories:\n"
    "                                          strengthened            weakened\n"
    "  timing >= 0 (A first or same time)      pre_post_potentiation   pre_post_depression\n"
    "  timing <  0 (B first)                   post_pre_potentiation   post_pre_depression\n"
    "Normal STDP is pre_post_potentiation and post_pre_depression; the other two are temporally inverted.\n"
    "layers/NAME/categories/ restates the histograms in these categories for plotting (magnitude, descent).\n"
    "\n"
    "The matrices of weights are (post x pre); where one is stored whole, the axes are step, pre, post.\n"
    "docs/schema.md of the program describes every dataset.";

const char* const kSpikingReadme =
    "This is a trace of stdpscope: the simulation of a spiking network with plastic synapses.\n"
    "\n"
    "Every dataset has the attributes axes (names of its axes, the slowest first), unit and description. A step is\n"
    "dt_ms (attribute of the root) of biological time. Rows count only below what is committed: /commit is the number\n"
    "of records (rows of records/ and of the histograms under layers/); spikes/NAME, layers/NAME/changes, synapses "
    "and\n"
    "weights_full have a word of their own each under commits/. The file must have at least /commit_bytes bytes; else\n"
    "its end is lost.\n"
    "\n"
    "layers/NAME is a plastic projection, from the population in its attribute pre_population to post_population.\n"
    "layers/NAME/updates/histogram counts updates: the effect of one spike on one synapse, by three signs. Along each\n"
    "of the last axes the places 0, 1, 2 are the signs -1, 0, +1.\n"
    "  receptor     kind of the synapse's receptors: + normal effect, - opposite effect\n"
    "  timing       of the nearest spike pair: + the presynaptic spike came first or at the same time, - second\n"
    "  change       sign of the change of the signed weight, receptor x number of receptors; 0 at a bound\n"
    "layers/NAME/events/histogram counts the same updates as what the rule asks for, bounds left out, as the traces "
    "of\n"
    "trainings do, by transmitter, receptor, timing and response; change = transmitter x timing x response.\n"
    "\n"
    "A synapse is strengthened (measure = magnitude) where receptor x change > 0. The categories:\n"
    "                                          strengthened            weakened\n"
    "  timing >= 0 (A first or same time)      pre_post_potentiation   pre_post_depression\n"
    "  timing <  0 (B first)                   post_pre_potentiation   post_pre_depression\n"
    "Normal STDP is pre_post_potentiation and post_pre_depression; the other two are temporally inverted.\n"
    "layers/NAME/categories/ restates the histograms in these categories for plotting.\n"
    "\n"
    "spikes/NAME holds the spikes of a population in SONATA's layout. layers/NAME/changes tells every change of the\n"
    "synapses in layers/NAME/samples/synapse with the spike pair behind it.\n"
    "docs/schema.md of the program describes every dataset.";

}  // namespace

std::vector<std::string> readme_of(const TraceHeader& header) {
    return lines_of(header.spiking ? kSpikingReadme : kReadme);
}

}  // namespace stdpscope::analysis
