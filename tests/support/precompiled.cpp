// SPDX-License-Identifier: MIT
// Nothing: a target that precompiles headers needs a source.
