#pragma once

/// How close numbers must come in tests, each with its reason. Unless said otherwise they are relative.
namespace stdpscope::test {

/// One float operation against double precision: half a unit in the last place is 6e-8; a chain of a few (exp, add,
/// multiply, divide) stays below ten of them.
inline constexpr double kFewFloatOperations = 1e-6;

/// A float function's central difference with step 1/64: curvature gives up to 3e-5 at slopes near 1, rounding 4e-6.
/// Absolute.
inline constexpr double kCentralDifferenceInFloat = 1e-4;

/// Outputs (near 1, absolute) and losses (relative) of a small network in floats against its double-precision twin.
inline constexpr double kNetworkOutput = 5e-6;

/// Gradients of a whole small network, computed in floats, against central differences of a double-precision twin;
/// relative to the largest gradient of the layer. Sums of up to a few hundred float products.
inline constexpr double kNetworkGradient = 2e-5;

/// Sums of up to some ten thousand float products, relative to the largest sum. Rounding errors of half a unit in the
/// last place (6e-8) a term mostly cancel, but so may the terms; one missing term shows at 1e-3 and more.
inline constexpr double kFloatSums = 5e-5;

}  // namespace stdpscope::test
