# The two helpers that every folder of src/ uses. A folder is one target; its headers are included as
# "folder/name.h". The include path of a target holds nothing but a link to its own folder, so that a
# target which does not depend on a folder cannot include its headers: the layering is the build's.

set(WHERRY_INCLUDE_ROOT "${CMAKE_BINARY_DIR}/include")

# All programs of unit tests, and nothing else: what the sanitizers run.
add_custom_target(unit_tests)

add_library(wherry_options INTERFACE)
target_compile_options(wherry_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-strict-aliasing -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # TRY is a statement expression with a counted name; gcc takes __extension__ for an answer, clang
  # wants this as well.
  target_compile_options(wherry_options INTERFACE
    -Wno-gnu-statement-expression-from-macro-expansion -Wno-c2y-extensions)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # At -O1 g++ 12 sees overflows in what std::string does with short texts. `release` keeps the warning.
  target_compile_options(wherry_options INTERFACE -Wno-array-bounds)
endif()
# Tests themselves do little; what they test is optimised. Under sanitizers this takes a third of the time.
set(WHERRY_TEST_OPTIONS -O0)
if(WHERRY_SANITIZE)
  target_compile_options(wherry_options INTERFACE
    -fsanitize=${WHERRY_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(wherry_options INTERFACE -fsanitize=${WHERRY_SANITIZE})
endif()

# Headers that most sources read, parsed once (-DWHERRY_PRECOMPILE=ON, presets `dev` and `asan`): with them a
# build takes a third of the time. The preset `release` goes without, and so finds a source that forgot to
# include what it uses.
function(wherry_precompiled kind)
  add_library(wherry_precompiled_${kind} OBJECT "${CMAKE_BINARY_DIR}/empty.cc")
  target_link_libraries(wherry_precompiled_${kind} PRIVATE wherry_options)
  target_precompile_headers(wherry_precompiled_${kind} PRIVATE
    <algorithm> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <vector>
    <fmt/format.h> <nlohmann/json.hpp> ${ARGN})
  if(kind MATCHES "programs|tests|fuzz")  # as their sources are compiled
    set_target_properties(wherry_precompiled_${kind} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(wherry_precompiled_${kind} PRIVATE -fPIE)
  endif()
endfunction()

if(WHERRY_PRECOMPILE)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/empty.cc" CONTENT "")
  wherry_precompiled(libraries)
  wherry_precompiled(programs <CLI/CLI.hpp>)
  if(BUILD_TESTING)
    wherry_precompiled(tests <gmock/gmock.h> <gtest/gtest.h>)
    target_link_libraries(wherry_precompiled_tests PRIVATE GTest::gmock)
    target_compile_options(wherry_precompiled_tests PRIVATE ${WHERRY_TEST_OPTIONS})
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The same bytes at each build, so that a compiler cache can know them again.
    target_compile_options(wherry_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

# Gives `target` the precompiled headers of its kind: `libraries`, `programs` or `tests`, or another that
# wherry_precompiled made.
function(wherry_precompile target kind)
  if(WHERRY_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM wherry_precompiled_${kind})
  endif()
endfunction()

# wherry_library(NAME SOURCES ... [TESTS ...] [DEPENDS folder ...] [LIBRARIES lib ...] [TEST_LIBRARIES lib ...]
#                [PRECOMPILED kind])
# DEPENDS are folders of src/; LIBRARIES are third party. TESTS become one program NAME_test with each
# case a CTest test named NAME.Suite.Case.
function(wherry_library name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;TESTS;DEPENDS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  set(target wherry_${name})
  file(MAKE_DIRECTORY "${WHERRY_INCLUDE_ROOT}/${name}")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${WHERRY_INCLUDE_ROOT}/${name}/${name}" SYMBOLIC)
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC "${WHERRY_INCLUDE_ROOT}/${name}")
  list(TRANSFORM ARG_DEPENDS PREPEND wherry_)
  target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} ${ARG_LIBRARIES} PRIVATE wherry_options)
  if(NOT ARG_PRECOMPILED)
    set(ARG_PRECOMPILED libraries)
  endif()
  wherry_precompile(${target} ${ARG_PRECOMPILED})
  if(BUILD_TESTING AND ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE
      ${target} wherry_options ${ARG_TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
    target_compile_options(${name}_test PRIVATE ${WHERRY_TEST_OPTIONS})
    wherry_precompile(${name}_test tests)
    add_dependencies(unit_tests ${name}_test)
    include(GoogleTest)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS unit)
  endif()
endfunction()

# Links the C++ library statically: half a millisecond of each start. Not for programs that pass C++ objects
# to shared libraries.
function(wherry_static_cxx target)
  if(NOT WHERRY_SANITIZE)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# wherry_program(NAME SOURCES ... DEPENDS folder ... [LIBRARIES lib ...] [HELPER])
# HELPER programs are installed in libexec/wherry; the build tree keeps all programs in one folder,
# where the front program finds them first.
function(wherry_program name)
  cmake_parse_arguments(ARG "HELPER" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND wherry_)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} ${ARG_LIBRARIES} wherry_options)
  wherry_precompile(${name} programs)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(ARG_HELPER)
    install(TARGETS ${name} DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/wherry")
  else()
    install(TARGETS ${name} DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endfunction()
