// SPDX-License-Identifier: MIT
// Knows nothing of gradus.
float first_sum(const char* limit);

int main() {
    return first_sum(nullptr) == 16.0f && first_sum("scalar") == 16.0f ? 0 : 1;
}
