# SPDX-License-Identifier: MIT
# Optional parts, each with the library it needs; used by the build and by the installed package.
#
#   gradus::linalg   headers under linalg, clustering, solver and above them: Eigen
#   gradus::io       headers under io, model, config and above them: nlohmann-json

if(TARGET Eigen3::Eigen AND NOT TARGET gradus::linalg)
    add_library(gradus::linalg INTERFACE IMPORTED GLOBAL)
    target_link_libraries(gradus::linalg INTERFACE gradus::gradus Eigen3::Eigen)
endif()

if(TARGET nlohmann_json::nlohmann_json AND NOT TARGET gradus::io)
    add_library(gradus::io INTERFACE IMPORTED GLOBAL)
    target_link_libraries(gradus::io INTERFACE gradus::gradus nlohmann_json::nlohmann_json)
endif()
