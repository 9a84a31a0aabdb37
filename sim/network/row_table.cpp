#include "sim/network/row_table.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace stdpscope::sim {

namespace {

/// Collects rows one after the other.
class RowWriter {
public:
    RowWriter(RowTable& table, PostRange range, std::uint32_t row_unit)
        : table_(table), range_(range), row_unit_(row_unit) {
        table_.begins.push_back(0);
    }

    void expect(double synapses, std::uint32_t rows) {
        const double padding =
            0.5 * static_cast<double>(row_unit_ - 1) * rows + 6.0 * row_unit_ * std::sqrt(1.0 * rows);
        table_.posts.reserve(static_cast<std::size_t>(synapses + 6.0 * std::sqrt(synapses) + padding) + row_unit_);
    }

    /// Posts come in ascending order; those outside the range are passed over.
    void add(std::uint32_t post) {
        if (post < range_.begin || post >= range_.end) return;
        table_.posts.push_back(post - range_.begin);
        ++length_;
    }
    void add(std::uint32_t post, float weight) {
        if (post < range_.begin || post >= range_.end) return;
        add(post);
        table_.listed_weights.push_back(weight);
    }

    void end_row() {
        while (table_.posts.size() % row_unit_ != 0) {
            table_.posts.push_back(range_.size());
            if (!table_.listed_weights.empty()) table_.listed_weights.push_back(0.0F);
        }
        table_.lengths.push_back(length_);
        table_.begins.push_back(table_.posts.size());
        length_ = 0;
    }

private:
    RowTable& table_;
    PostRange range_;
    std::uint32_t row_unit_;
    std::uint32_t length_ = 0;
};

/// `degree` different numbers below `count`, ascending, without `excluded` (count or more: none is). Floyd's algorithm.
void draw_distinct(std::vector<std::uint32_t>& drawn, std::uint32_t degree, std::uint32_t count, std::uint32_t excluded,
                   std::uint32_t row, const RandomStream& random) {
    const std::uint32_t choices = excluded < count ? count - 1 : count;
    std::unordered_set<std::uint32_t> chosen;
    drawn.clear();
    for (std::uint32_t k = choices - degree; k < choices; ++k) {
        const std::uint32_t candidate = random.below(std::uint64_t{k} + 1, k, row);
        drawn.push_back(chosen.insert(candidate).second ? candidate : k);
        chosen.insert(drawn.back());
    }
    for (std::uint32_t& number : drawn) number += number >= excluded ? 1 : 0;
    std::sort(drawn.begin(), drawn.end());
}

struct Build {
    RowTable& table;
    RowWriter writer;
    std::uint32_t pre_count;
    std::uint32_t post_count;
    bool same_population;
    PostRange range;
    const RandomStream& random;

    [[nodiscard]] bool excludes(Autapses autapses) const { return same_population && autapses == Autapses::excluded; }

    void operator()(const AllToAll& all) {
        writer.expect(1.0 * pre_count * range.size(), pre_count);
        for (std::uint32_t pre = 0; pre < pre_count; ++pre) {
            for (std::uint32_t post = range.begin; post < range.end; ++post) {
                if (post != pre || !excludes(all.autapses)) writer.add(post);
            }
            writer.end_row();
        }
    }

    void operator()(const OneToOne& /*one*/) {
        for (std::uint32_t pre = 0; pre < pre_count; ++pre) {
            writer.add(pre);
            writer.end_row();
        }
    }

    /// Walks each row by the geometric gaps between its synapses, over the whole population, so that ranges agree.
    void operator()(const FixedProbability& fixed) {
        writer.expect(fixed.probability * pre_count * range.size(), pre_count);
        const double per_log = fixed.probability < 1.0 ? 1.0 / std::log1p(-fixed.probability) : 0.0;
        for (std::uint32_t pre = 0; pre < pre_count; ++pre) {
            RandomStream::Block words{};
            double post = -1.0;
            for (std::uint64_t draw = 0; fixed.probability > 0.0; ++draw) {
                if (draw % 4 == 0) words = random.words(draw / 4, pre);
                post += 1.0 + std::floor(std::log(RandomStream::positive_fraction(words[draw % 4])) * per_log);
                if (!(post < range.end)) break;
                const auto chosen = static_cast<std::uint32_t>(post);
                if (chosen != pre || !excludes(fixed.autapses)) writer.add(chosen);
            }
            writer.end_row();
        }
    }

    void operator()(const FixedOutDegree& fixed) {
        writer.expect(1.0 * fixed.degree * pre_count * range.size() / post_count, pre_count);
        std::vector<std::uint32_t> drawn;
        for (std::uint32_t pre = 0; pre < pre_count; ++pre) {
            draw_distinct(drawn, fixed.degree, post_count, excludes(fixed.autapses) ? pre : post_count, pre, random);
            for (const std::uint32_t post : drawn) writer.add(post);
            writer.end_row();
        }
    }

    void operator()(const FixedInDegree& fixed) {
        std::vector<std::vector<std::uint32_t>> rows(pre_count);
        std::vector<std::uint32_t> drawn;
        for (std::uint32_t post = range.begin; post < range.end; ++post) {
            draw_distinct(drawn, fixed.degree, pre_count, excludes(fixed.autapses) ? post : pre_count, post, random);
            for (const std::uint32_t pre : drawn) rows[pre].push_back(post);
        }
        writer.expect(1.0 * fixed.degree * range.size(), pre_count);
        for (const auto& row : rows) {
            for (const std::uint32_t post : row) writer.add(post);
            writer.end_row();
        }
    }

    void operator()(const ExplicitList& list) {
        std::vector<Link> links = list.links;
        std::stable_sort(links.begin(), links.end(),
                         [](const Link& a, const Link& b) { return a.pre != b.pre ? a.pre < b.pre : a.post < b.post; });
        auto link = links.begin();
        for (std::uint32_t pre = 0; pre < pre_count; ++pre) {
            for (; link != links.end() && link->pre == pre; ++link) {
                writer.add(link->post, static_cast<float>(link->weight));
            }
            writer.end_row();
        }
    }
};

}  // namespace

std::uint64_t RowTable::synapses() const {
    std::uint64_t sum = 0;
    for (const std::uint32_t length : lengths) sum += length;
    return sum;
}

RowTable build_rows(const Connectivity& connectivity, std::uint32_t pre_count, std::uint32_t post_count,
                    bool same_population, PostRange range, std::uint32_t row_unit, const RandomStream& random) {
    RowTable table;
    table.begins.reserve(std::size_t{pre_count} + 1);
    table.lengths.reserve(pre_count);
    std::visit(Build{table, RowWriter(table, range, row_unit), pre_count, post_count, same_population, range, random},
               connectivity);
    return table;
}

double initial_weight(const InitialWeight& weight, std::uint32_t pre, std::uint32_t post, const RandomStream& random) {
    if (const auto* constant = std::get_if<double>(&weight)) return *constant;
    const auto& uniform = std::get<UniformWeight>(weight);
    return uniform.low + (uniform.high - uniform.low) * random.uniform(post, pre);
}

}  // namespace stdpscope::sim
