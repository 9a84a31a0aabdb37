#include "data/mnist.hpp"

#include <system_error>
#include <utility>

#include "data/error.hpp"
#include "data/idx.hpp"

namespace stdpscope::data {

namespace {

namespace fs = std::filesystem;

/// The spelling of <stem>-<kind>-ubyte that the folder holds.
fs::path find(const fs::path& folder, const std::string& stem, const std::string& kind) {
    std::error_code error;
    for (const char* separator : {"-", "."})
        for (const char* ending : {"", ".gz"}) {
            const fs::path path = folder / (stem + separator + kind + "-ubyte" + ending);
            if (fs::exists(path, error)) return path;
        }
    throw MissingInput((folder / (stem + "-" + kind + "-ubyte")).string(), "no such file, nor one ending in .gz");
}

struct Part {
    arma::uword rows = 0;
    arma::uword columns = 0;
    fs::path images_path;
    ImageSet images;
};

Part read_part(const fs::path& folder, const std::string& prefix, arma::uword classes) {
    const fs::path images_path = find(folder, prefix + "-images", "idx3");
    const fs::path labels_path = find(folder, prefix + "-labels", "idx1");
    IdxImages images = read_idx_images(images_path);
    std::vector<std::uint8_t> labels = read_idx_labels(labels_path, classes);
    if (labels.size() != images.pixels.n_cols)
        throw BadData(labels_path.string(), std::to_string(labels.size()) + " labels, want " +
                                                std::to_string(images.pixels.n_cols) + ", one for each image of " +
                                                images_path.string());
    return {.rows = images.rows,
            .columns = images.columns,
            .images_path = images_path,
            .images = {.pixels = std::move(images.pixels), .labels = std::move(labels)}};
}

std::string shape_of(const Part& part) {
    return std::to_string(part.rows) + " x " + std::to_string(part.columns);
}

}  // namespace

Dataset load_mnist(const fs::path& folder, std::string name, std::vector<std::string> class_names) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) throw MissingInput(folder.string(), "no such folder");
    Part training = read_part(folder, "train", class_names.size());
    Part test = read_part(folder, "t10k", class_names.size());
    if (test.rows != training.rows || test.columns != training.columns)
        throw BadData(test.images_path.string(), "images of " + shape_of(test) + ", want " + shape_of(training) +
                                                     " as in " + training.images_path.string());
    return {.name = std::move(name),
            .channels = 1,
            .rows = training.rows,
            .columns = training.columns,
            .classes = class_names.size(),
            .class_names = std::move(class_names),
            .training = std::move(training.images),
            .test = std::move(test.images)};
}

std::vector<std::string> mnist_class_names() {
    return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

std::vector<std::string> fashion_mnist_class_names() {
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
}

}  // namespace stdpscope::data
