// Computed goto without code addresses in data: labels become small integers, indirect branches become switches.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Replaces every blockaddress constant of `module` by a number that is unique in its function (from 1, in an order that
/// makes a dispatch table the identity where there is one table), and every indirectbr by a switch over those numbers.
/// Differences of labels of one function keep their meaning. Label values are the same on both ISAs (design 2.5).
void lowerLabelAddresses(llvm::Module& module);

} // namespace dyad
