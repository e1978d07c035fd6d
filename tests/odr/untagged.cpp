// SPDX-License-Identifier: MIT
// A mistake on purpose: a function of the library without the tag of the instruction set.
namespace gradus {

inline int untagged(int x) {
    return 3 * x;
}

}  // namespace gradus

extern "C" int EXERCISE(int x);

extern "C" int EXERCISE(int x) {
    return gradus::untagged(x);
}
