#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/report/spike_window.hpp"

using namespace stdpscope::analysis;

TEST_CASE("A spiking window has the mean change by time difference", "[report][window]") {
    SpikeWindow window;
    window.add(0.0, 0.5);  // the first bin to the right of 0
    window.add(2.4999, 1.5);
    window.add(-0.001, -1.0);
    window.add(-100.0, -2.0);
    window.add(99.9, 2.0);
    window.add(100.0, 7.0);  // outside
    window.add(-100.1, 7.0);
    window.add(std::nan(""), 7.0);
    CHECK(window.total() == 5);
    CHECK(window.sum[SpikeWindow::kBins / 2] == 2.0);
    CHECK(window.changes[SpikeWindow::kBins / 2] == 2);
    CHECK(window.sum[SpikeWindow::kBins / 2 - 1] == -1.0);
    CHECK(window.sum.front() == -2.0);
    CHECK(window.sum.back() == 2.0);
    CHECK(SpikeWindow::middle_ms(SpikeWindow::kBins / 2) == 1.25);
    SpikeWindow both = window;
    both.add(window);
    CHECK(both.total() == 10);
    CHECK(both.sum.front() == -4.0);
}
